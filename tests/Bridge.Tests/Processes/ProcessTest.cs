using Bridge.Net;
using Bridge.Selectors;
using Bridge.TestKit;
using Bridge.Tests.Signals;

namespace Bridge.Tests.Processes;

/// <summary>Starts children for tests.</summary>
public abstract class ProcessTest(ISelector selector) : LoopTest(selector: selector)
{
    private protected Coroutine<(SubprocessTransport Transport, SubprocessEvents Events)> Exec(string program, string[] arguments, ProcessOptions? options = null)
        => Loop.SubprocessExec(() => new SubprocessEvents(), program, arguments, options);

    private protected Coroutine<(SubprocessTransport Transport, SubprocessEvents Events)> Shell(string command, ProcessOptions? options = null)
        => Loop.SubprocessShell(() => new SubprocessEvents(), command, options);

    /// <summary>The child's whole output.</summary>
    private protected async Coroutine<string> OutputOf(string program, string[] arguments, ProcessOptions? options = null)
    {
        (SubprocessTransport transport, SubprocessEvents events) = await Exec(program, arguments, options);
        (transport.GetPipeTransport(0) as WritePipeTransport)?.Close();
        await events.Lost;
        Assert.True(transport.ReturnCode == 0, $"{program} returned {transport.ReturnCode}: {events.Error}");
        return events.Output;
    }

    /// <summary>Whether the system knows such a process, be it a zombie.</summary>
    private protected static bool Exists(int pid) => Directory.Exists($"/proc/{pid}");

    /// <summary>Ends a process that is no child of ours, and waits until it is gone.</summary>
    private protected static void EndStranger(int pid)
    {
        Assert.Equal(0, TestSignals.Kill(pid, 9));
        Assert.True(SpinWait.SpinUntil(() => !IsAlive(pid), TimeSpan.FromSeconds(20)));
    }

    /// <summary>Neither gone nor a zombie.</summary>
    private protected static bool IsAlive(int pid)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{pid}/stat");
            return text[text.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}
