using System.Net;
using System.Net.Sockets;
using Bridge.Selectors;

namespace Bridge.Tests.Net;

/// <summary>A test with a loop of its own on real sockets and real time. Fails if the loop reported something the test did not look at.</summary>
public abstract class IoTest : IDisposable
{
    private static int s_loopbacks;

    protected IoTest(ISelector? selector = null)
    {
        Selector = selector ?? Bridge.Selectors.Selector.CreateDefault();
        Loop = new SelectorEventLoop(Selector, new EventLoopOptions { Name = "io", MaximumSpin = TimeSpan.Zero })
        {
            ExceptionHandler = (_, report) => Reports.Add(report),
        };
    }

    protected SelectorEventLoop Loop { get; }

    protected ISelector Selector { get; }

    /// <summary>What the loop reported; a test that expects reports takes them out.</summary>
    protected List<LoopErrorContext> Reports { get; } = [];

    protected void Run(Func<Coroutine> body) => Loop.RunUntilComplete(body());

    /// <summary>Takes the only report out.</summary>
    protected LoopErrorContext TakeReport()
    {
        LoopErrorContext report = Assert.Single(Reports);
        Reports.Clear();
        return report;
    }

    /// <summary>A socket of the kind that the loop wants: non-blocking.</summary>
    protected static Socket NewSocket(AddressFamily family = AddressFamily.InterNetwork, SocketType type = SocketType.Stream)
        => new(family, type, type == SocketType.Stream && family != AddressFamily.Unix ? ProtocolType.Tcp : ProtocolType.Unspecified) { Blocking = false };

    /// <summary>A socket that listens on loopback.</summary>
    protected static Socket Listen(AddressFamily family = AddressFamily.InterNetwork, int backlog = 10)
    {
        Socket listener = NewSocket(family);
        listener.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
        listener.Listen(backlog);
        return listener;
    }

    /// <summary>A socket that holds an address on loopback and does not listen: who connects to it is refused, as long as it is open.</summary>
    protected static Socket BindOnly()
    {
        Socket socket = NewSocket();
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    /// <summary>An address on loopback that no other test uses, so that what is free there stays free; the usual one where the system has but one.</summary>
    protected static IPAddress OwnLoopback()
        => OperatingSystem.IsLinux() ? new IPAddress([127, 0, 1, unchecked((byte)Interlocked.Increment(ref s_loopbacks))]) : IPAddress.Loopback;

    /// <summary>An address on loopback that can be bound.</summary>
    protected static IPEndPoint FreeAddress()
    {
        using Socket socket = NewSocket();
        socket.Bind(new IPEndPoint(OwnLoopback(), 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>Runs turns until something has happened.</summary>
    protected static async Coroutine Until(Func<bool> happened)
    {
        while (!happened())
        {
            await LoopTask.Sleep(TimeSpan.FromMilliseconds(1));
        }
    }

    protected static async Coroutine<TException> Throws<TException>(Func<Coroutine> body)
        where TException : Exception
    {
        try
        {
            await body();
        }
        catch (TException exception)
        {
            return exception;
        }

        throw new InvalidOperationException($"Expected {typeof(TException).Name}; nothing was thrown.");
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Loop.Close();
        if (Reports.Count != 0)
        {
            throw new InvalidOperationException($"The loop reported: {string.Join(" | ", Reports)}");
        }
    }
}
