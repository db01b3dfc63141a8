namespace Bridge;

/// <content>Callbacks for native code.</content>
public abstract partial class EventLoop
{
    /// <summary>Makes a function pointer whose calls are handled on this loop: <c>using var cb = loop.NativeCallback&lt;int&gt;(OnData); lib_set_handler(cb.Pointer);</c></summary>
    /// <typeparam name="T1">Type of the argument: a whole number, an enum, <see cref="nint"/> or <see cref="nuint"/>.</typeparam>
    /// <param name="handler">Runs on the loop thread, after the native call has returned: what a pointer leads to may be gone by then, see the form with a copy.</param>
    /// <param name="bound">How many calls may wait for the loop. Zero: no bound.</param>
    /// <param name="full">What happens to a call beyond that. <see cref="WhenFull.Fail"/> reports it to the exception handler.</param>
    /// <param name="result">What the native call returns.</param>
    /// <returns>The callback. Dispose it when native code has forgotten the pointer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="ArgumentException">A type argument is not of that kind: <see cref="bool"/>, floating-point numbers and structs are passed otherwise.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is negative, or <paramref name="full"/> is no such value.</exception>
    /// <remarks>Order: that of the calls, per thread. Any thread may call this. As <see cref="Bind{T}(Action{T}, int, WhenFull)"/>.</remarks>
    public NativeCallback NativeCallback<T1>(Action<T1> handler, int bound = 0, WhenFull full = WhenFull.DropOldest, nint result = 0)
        where T1 : unmanaged
    {
        NativeWord.Check<T1>();
        return Posting(Bind(handler, bound, full), static (callback, a, _, _) => callback.Invoke(NativeWord.From<T1>(a)), result);
    }

    /// <summary>Makes a function pointer with two arguments whose calls are handled on this loop.</summary>
    /// <typeparam name="T1">Type of the first argument: a whole number, an enum, <see cref="nint"/> or <see cref="nuint"/>.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <param name="handler">Runs on the loop thread, after the native call has returned.</param>
    /// <param name="bound">How many calls may wait for the loop. Zero: no bound.</param>
    /// <param name="full">What happens to a call beyond that.</param>
    /// <param name="result">What the native call returns.</param>
    /// <returns>The callback.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="ArgumentException">A type argument is not of that kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is negative, or <paramref name="full"/> is no such value.</exception>
    /// <remarks>As <see cref="NativeCallback{T1}(Action{T1}, int, WhenFull, nint)"/>.</remarks>
    public NativeCallback NativeCallback<T1, T2>(Action<T1, T2> handler, int bound = 0, WhenFull full = WhenFull.DropOldest, nint result = 0)
        where T1 : unmanaged
        where T2 : unmanaged
    {
        ArgumentNullException.ThrowIfNull(handler);
        NativeWord.Check<T1>();
        NativeWord.Check<T2>();
        LoopCallback<(T1, T2)> bound2 = Bind<(T1 A, T2 B)>(call => handler(call.A, call.B), bound, full);
        return Posting(bound2, static (callback, a, b, _) => callback.Invoke((NativeWord.From<T1>(a), NativeWord.From<T2>(b))), result);
    }

    /// <summary>Makes a function pointer whose arguments are copied before the native call returns, and handled on this loop: for pointers to what is gone after the call.</summary>
    /// <typeparam name="T1">Type of the first argument: a whole number, an enum, <see cref="nint"/> or <see cref="nuint"/>.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="TItem">Type of the copy.</typeparam>
    /// <param name="copy">Runs inside the native call, on its thread. What it throws goes to the exception handler, and the call is not handled.</param>
    /// <param name="handler">Runs on the loop thread.</param>
    /// <param name="bound">How many calls may wait for the loop. Zero: no bound.</param>
    /// <param name="full">What happens to a call beyond that.</param>
    /// <param name="result">What the native call returns.</param>
    /// <returns>The callback.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="copy"/> or <paramref name="handler"/> is null.</exception>
    /// <exception cref="ArgumentException">A type argument is not of that kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is negative, or <paramref name="full"/> is no such value.</exception>
    /// <remarks>As <see cref="NativeCallback{T1}(Action{T1}, int, WhenFull, nint)"/>. For one argument: <c>copy: (p, _) =&gt; ...</c> with <see cref="nint"/> as the second type.</remarks>
    public NativeCallback NativeCallback<T1, T2, TItem>(Func<T1, T2, TItem> copy, Action<TItem> handler, int bound = 0, WhenFull full = WhenFull.DropOldest, nint result = 0)
        where T1 : unmanaged
        where T2 : unmanaged
    {
        ArgumentNullException.ThrowIfNull(copy);
        NativeWord.Check<T1>();
        NativeWord.Check<T2>();
        return Posting(Bind(handler, bound, full), (callback, a, b, _) => callback.Invoke(copy(NativeWord.From<T1>(a), NativeWord.From<T2>(b))), result);
    }

    /// <summary>Makes a function pointer whose calls wait for an answer of this loop: <c>using var cmp = loop.NativeReply&lt;nint, nint, int&gt;(Compare, limit, fallback: 0);</c></summary>
    /// <typeparam name="T1">Type of the first argument: a whole number, an enum, <see cref="nint"/> or <see cref="nuint"/>.</typeparam>
    /// <typeparam name="TResult">Type of the answer, of the same kind.</typeparam>
    /// <param name="handler">Runs on the loop thread while the native call waits, so pointers are good. Native code that was called on the loop thread itself gets its answer inline.</param>
    /// <param name="limit">How long a call waits at most: zero up to about 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>. A handler that has not begun by then never runs.</param>
    /// <param name="fallback">The answer if there is no other: the time is over, the handler threw, the loop was or gets closed.</param>
    /// <returns>The callback.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="ArgumentException">A type argument is not of that kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative or too long.</exception>
    /// <remarks>What the handler throws goes to the exception handler. Order: that of the calls, per thread. Any thread may call this.</remarks>
    public NativeCallback NativeReply<T1, TResult>(Func<T1, TResult> handler, TimeSpan limit, TResult fallback)
        where T1 : unmanaged
        where TResult : unmanaged
    {
        ArgumentNullException.ThrowIfNull(handler);
        NativeWord.Check<T1>();
        return Replying((a, _, _) => handler(NativeWord.From<T1>(a)), limit, fallback);
    }

    /// <summary>Makes a function pointer with two arguments whose calls wait for an answer of this loop.</summary>
    /// <typeparam name="T1">Type of the first argument: a whole number, an enum, <see cref="nint"/> or <see cref="nuint"/>.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="TResult">Type of the answer, of the same kind.</typeparam>
    /// <param name="handler">Runs on the loop thread while the native call waits.</param>
    /// <param name="limit">How long a call waits at most.</param>
    /// <param name="fallback">The answer if there is no other.</param>
    /// <returns>The callback.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="ArgumentException">A type argument is not of that kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative or too long.</exception>
    /// <remarks>As <see cref="NativeReply{T1, TResult}"/>.</remarks>
    public NativeCallback NativeReply<T1, T2, TResult>(Func<T1, T2, TResult> handler, TimeSpan limit, TResult fallback)
        where T1 : unmanaged
        where T2 : unmanaged
        where TResult : unmanaged
    {
        ArgumentNullException.ThrowIfNull(handler);
        NativeWord.Check<T1>();
        NativeWord.Check<T2>();
        return Replying((a, b, _) => handler(NativeWord.From<T1>(a), NativeWord.From<T2>(b)), limit, fallback);
    }

    /// <summary>Makes a function pointer with three arguments whose calls wait for an answer of this loop.</summary>
    /// <typeparam name="T1">Type of the first argument: a whole number, an enum, <see cref="nint"/> or <see cref="nuint"/>.</typeparam>
    /// <typeparam name="T2">Type of the second argument.</typeparam>
    /// <typeparam name="T3">Type of the third argument.</typeparam>
    /// <typeparam name="TResult">Type of the answer, of the same kind.</typeparam>
    /// <param name="handler">Runs on the loop thread while the native call waits.</param>
    /// <param name="limit">How long a call waits at most.</param>
    /// <param name="fallback">The answer if there is no other.</param>
    /// <returns>The callback.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    /// <exception cref="ArgumentException">A type argument is not of that kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is negative or too long.</exception>
    /// <remarks>As <see cref="NativeReply{T1, TResult}"/>.</remarks>
    public NativeCallback NativeReply<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> handler, TimeSpan limit, TResult fallback)
        where T1 : unmanaged
        where T2 : unmanaged
        where T3 : unmanaged
        where TResult : unmanaged
    {
        ArgumentNullException.ThrowIfNull(handler);
        NativeWord.Check<T1>();
        NativeWord.Check<T2>();
        NativeWord.Check<T3>();
        return Replying((a, b, c) => handler(NativeWord.From<T1>(a), NativeWord.From<T2>(b), NativeWord.From<T3>(c)), limit, fallback);
    }

    private NativeCallback Posting<T>(LoopCallback<T> callback, Action<LoopCallback<T>, nint, nint, nint> post, nint result)
        => new(
            this,
            (a, b, c) =>
            {
                post(callback, a, b, c);
                return result;
            },
            whenFailed: result,
            callback.Dispose);

    private NativeCallback Replying<TResult>(Func<nint, nint, nint, TResult> handler, TimeSpan limit, TResult fallback)
        where TResult : unmanaged
    {
        NativeWord.Check<TResult>();
        WaitLimit.Check(limit);
        nint whenFailed = NativeWord.To(fallback);
        return new NativeCallback(
            this,
            (a, b, c) =>
            {
                if (IsOnLoopThread)
                {
                    return NativeWord.To(handler(a, b, c));
                }

                return new NativeReplyCall<TResult>(this, () => handler(a, b, c)).TryRun(limit, out TResult answer) ? NativeWord.To(answer) : whenFailed;
            },
            whenFailed);
    }
}
