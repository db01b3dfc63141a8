namespace Bridge.TestKit;

/// <summary>Runs a loop on a thread of its own for the length of a test; disposing it stops, joins and closes.</summary>
public sealed class LoopThread : IDisposable
{
    private readonly Thread _thread;
    private Exception? _failure;

    public LoopThread(EventLoop loop)
    {
        Loop = loop;
        _thread = new Thread(Run) { IsBackground = true, Name = "loop under test" };
        _thread.Start();
    }

    public EventLoop Loop { get; }

    /// <summary>Posts a callback and waits until it ran.</summary>
    public void RunOnLoop(Action callback)
    {
        using var ran = new ManualResetEventSlim();
        Loop.CallSoonThreadSafe(() =>
        {
            callback();
            ran.Set();
        });
        ran.Wait();
    }

    public void Dispose()
    {
        Loop.TryCallSoonThreadSafe(Loop.Stop);
        _thread.Join();
        Loop.Close();
        if (_failure is not null)
        {
            throw new InvalidOperationException("The loop ended with an exception.", _failure);
        }
    }

    private void Run()
    {
        try
        {
            Loop.RunForever();
        }
        catch (Exception exception)
        {
            // Given to the disposing thread; thrown here it would end the process.
            _failure = exception;
        }
    }
}
