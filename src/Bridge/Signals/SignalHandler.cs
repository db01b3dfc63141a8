using System.Runtime.InteropServices;

namespace Bridge;

/// <summary>A user's callback for one signal, and its registration with the system.</summary>
internal sealed class SignalHandler : LoopWork, IDisposable
{
    private readonly EventLoop _loop;
    private readonly ExecutionContext? _context = AmbientContext.Capture();
    private readonly PosixSignalRegistration _registration;

    /// <summary>Null once the handler was removed or replaced: a signal that is under way then is dropped. Loop thread.</summary>
    private Action? _callback;

    internal SignalHandler(EventLoop loop, int number, PosixSignal signal, Action callback)
    {
        _loop = loop;
        _callback = callback;
        try
        {
            _registration = PosixSignalRegistration.Create(signal, OnSignal);
        }
        catch (PlatformNotSupportedException exception)
        {
            throw new PlatformNotSupportedException(Messages.SignalsUnsupported(number), exception);
        }
    }

    internal override ExecutionContext? RunContext => _context;

    public void Dispose()
    {
        _callback = null;
        _registration.Dispose();
    }

    internal override void Run() => _callback?.Invoke();

    internal override string Describe() => _callback is null ? "removed signal handler" : CallbackText.Of(_callback);

    /// <summary>On a thread of the runtime, once per signal. What the loop handles has no other effect; that of a closed loop is over anyway.</summary>
    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _loop.TryPost(this, null, _context);
    }
}
