using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Bridge.Net;

/// <summary>A read of a <see cref="LoopStreamReader"/>: to be awaited, and cold until then.</summary>
/// <typeparam name="T">What it gives: the bytes, or how many there were.</typeparam>
/// <remarks>
/// <para>
/// An await goes on at once if the bytes are there, else it waits; neither allocates more than the result. A cancelled read has taken
/// nothing. It can be given to <c>CreateTask</c>, <c>WaitFor</c> and the like, as a coroutine can.
/// </para>
/// <para>Threads: awaited on the loop thread.</para>
/// </remarks>
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Awaited, never compared.")]
public struct StreamRead<T> : ILoopAwaitable<T>
{
    private readonly LoopStreamReader _reader;
    private readonly ReadRequest _request;

    /// <summary>Set by <see cref="ILoopAwaitable.ToFuture"/>, in the box that a combinator holds and later asks for the result.</summary>
    private Coroutine<T>? _started;

    internal StreamRead(LoopStreamReader reader, in ReadRequest request)
    {
        _reader = reader;
        _request = request;
    }

    /// <summary>The read as a coroutine, so that it can be given to what takes one.</summary>
    /// <param name="read">The read.</param>
    public static implicit operator Coroutine<T>(StreamRead<T> read) => read.AsCoroutine();

    /// <summary>Makes it awaitable.</summary>
    /// <returns>The awaiter.</returns>
    /// <exception cref="InvalidOperationException">Another read is waiting, the reader was completed, or this is not its loop's thread.</exception>
    public readonly StreamReadAwaiter<T> GetAwaiter()
    {
        _reader.Input.Prepare(_request, _reader);
        return new StreamReadAwaiter<T>(_reader.Input);
    }

    /// <summary>The read as a coroutine, for code that takes one.</summary>
    /// <returns>A new coroutine, not started.</returns>
    public readonly Coroutine<T> AsCoroutine()
    {
        return Read(this);

        static async Coroutine<T> Read(StreamRead<T> read) => await read;
    }

    LoopFuture ILoopAwaitable.ToFuture(EventLoop loop)
    {
        _started = AsCoroutine();
        return _started.MakeTask(loop, null);
    }

    readonly T ILoopAwaitable<T>.TakeResult() => ((ILoopAwaitable<T>)_started!).TakeResult();
}

/// <summary>Awaits a <see cref="StreamRead{T}"/>. Used by the compiler.</summary>
/// <typeparam name="T">What the read gives.</typeparam>
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "Awaited, never compared.")]
public readonly struct StreamReadAwaiter<T> : ICriticalNotifyCompletion, IWorkAwaiter
{
    private readonly StreamInput _input;

    internal StreamReadAwaiter(StreamInput input) => _input = input;

    /// <summary>Reads if the bytes are there, else begins to wait; true if it is over.</summary>
    public bool IsCompleted => _input.Begin();

    /// <summary>The result.</summary>
    /// <returns>The result; throws what the read failed with.</returns>
    public T GetResult()
    {
        if (_input.Loop.ThrowIntoStep is not null)
        {
            _input.Release();
            _input.Loop.ThrowIntoStepIfAsked(null);
        }

        return typeof(T) == typeof(int) ? (T)(object)_input.FinishInto() : (T)(object)_input.FinishArray();
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => Add(continuation, AmbientContext.Capture());

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => Add(continuation, null);

    /// <summary>An <c>async Task</c> method awaits it: the wait is no task's, so it wakes the continuation itself.</summary>
    private void Add(Action continuation, ExecutionContext? context)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        _input.WakeWhenDone(new Continuation(continuation, context), _input.Loop);
    }
}
