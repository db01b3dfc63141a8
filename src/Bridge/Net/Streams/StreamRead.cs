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
    public readonly StreamReadAwaiter<T> GetAwaiter() => new(_reader, _request);

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
    /// <summary>The reader, not its input: while a task waits, the stream must not be collected.</summary>
    private readonly LoopStreamReader _reader;
    private readonly ReadRequest _request;

    internal StreamReadAwaiter(LoopStreamReader reader, in ReadRequest request)
    {
        _reader = reader;
        _request = request;
    }

    /// <summary>Reads if the bytes are there, else begins to wait; true if it is over.</summary>
    /// <exception cref="InvalidOperationException">Another read is waiting, or the awaiting code does not run on the reader's loop.</exception>
    public bool IsCompleted => _reader.Begin(_request);

    LoopWork IWorkAwaiter.Awaited => _reader.Input;

    /// <summary>The result.</summary>
    /// <returns>The result.</returns>
    public T GetResult()
    {
        StreamInput input = _reader.Input;
        if (input.Loop.ThrowIntoStep is not null)
        {
            input.Release();
            input.Loop.ThrowIntoStepIfAsked(null);
        }

        int count = input.Finish(_request);
        if (typeof(T) == typeof(int))
        {
            return (T)(object)input.TakeInto(_request, count);
        }

        return (T)(object)input.TakeArray(count);
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => Add(continuation, AmbientContext.Capture());

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => Add(continuation, null);

    /// <summary>An <c>async Task</c> method awaits it: the wait is no task's, so it wakes the continuation itself.</summary>
    private void Add(Action continuation, ExecutionContext? context)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        _reader.Input.WakeWhenDone(new Continuation(continuation, context), _reader.Input.Loop);
    }
}
