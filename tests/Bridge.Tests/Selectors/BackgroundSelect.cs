using Bridge.Selectors;

namespace Bridge.Tests.Selectors;

/// <summary>One Select without limit on a thread of its own.</summary>
internal sealed class BackgroundSelect : IDisposable
{
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _started = new();
    private SelectorKey[] _keys = [];
    private Exception? _failure;

    internal BackgroundSelect(ISelector selector)
    {
        _thread = new Thread(() => Run(selector)) { IsBackground = true, Name = "select" };
        _thread.UnsafeStart();
        _started.Wait();
    }

    internal int ThreadId { get; private set; }

    /// <summary>Waits for the Select to return.</summary>
    internal SelectorKey[] Keys()
    {
        _thread.Join();
        return _failure is null ? _keys : throw new InvalidOperationException("Select failed.", _failure);
    }

    public void Dispose()
    {
        _thread.Join();
        _started.Dispose();
    }

    private void Run(ISelector selector)
    {
        ThreadId = OperatingSystem.IsLinux() ? TestLibC.GetTid() : 0;
        _started.Set();
        try
        {
            _keys = selector.Select(null).ToKeys();
        }
        catch (Exception e)
        {
            _failure = e;
        }
    }
}
