using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>Builds <see cref="Coroutine"/> methods. Used by the compiler.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
#pragma warning disable CA1815, CA1822 // The compiler is the only user: it compares no builders and calls instance methods.
public struct CoroutineMethodBuilder
{
    private Coroutine? _coroutine;

    /// <summary>What the method returns.</summary>
    public readonly Coroutine Task => _coroutine!;

    /// <summary>Makes a builder.</summary>
    /// <returns>The builder.</returns>
    public static CoroutineMethodBuilder Create() => default;

    /// <summary>Puts the state machine on the heap; it does not run yet.</summary>
    /// <typeparam name="TStateMachine">The method's state machine.</typeparam>
    /// <param name="stateMachine">The method's state machine, of which this builder is a field.</param>
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        var box = new CoroutineBox<TStateMachine>();
        if (CoroutineBox<TStateMachine>.NextIsGuarded())
        {
            box.Guard(new NeverAwaited(typeof(TStateMachine), RunningLoop.Current));
        }

        // First this field, then the copy: the copy's builder must know its box.
        _coroutine = box;
        box.StateMachine = stateMachine;
    }

    /// <summary>Not used: the state machine is boxed at the start.</summary>
    /// <param name="stateMachine">Ignored.</param>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine) => ArgumentNullException.ThrowIfNull(stateMachine);

    /// <summary>The method returned.</summary>
    public readonly void SetResult() => _coroutine!.Succeed();

    /// <summary>The method threw.</summary>
    /// <param name="exception">What it threw.</param>
    public readonly void SetException(Exception exception) => _coroutine!.Fail(exception);

    /// <summary>The method awaits.</summary>
    /// <typeparam name="TAwaiter">Type of the awaiter.</typeparam>
    /// <typeparam name="TStateMachine">The method's state machine.</typeparam>
    /// <param name="awaiter">What it awaits.</param>
    /// <param name="stateMachine">The method's state machine.</param>
    public readonly void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => Suspension.On(_coroutine!, ref awaiter);

    /// <summary>The method awaits.</summary>
    /// <typeparam name="TAwaiter">Type of the awaiter.</typeparam>
    /// <typeparam name="TStateMachine">The method's state machine.</typeparam>
    /// <param name="awaiter">What it awaits.</param>
    /// <param name="stateMachine">The method's state machine.</param>
    public readonly void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => Suspension.UnsafeOn(_coroutine!, ref awaiter);
}

/// <summary>Builds <see cref="Coroutine{T}"/> methods. Used by the compiler.</summary>
/// <typeparam name="T">Type of the result.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct CoroutineMethodBuilder<T>
{
    private Coroutine<T>? _coroutine;

    /// <summary>What the method returns.</summary>
    public readonly Coroutine<T> Task => _coroutine!;

    /// <summary>Makes a builder.</summary>
    /// <returns>The builder.</returns>
    public static CoroutineMethodBuilder<T> Create() => default;

    /// <summary>Puts the state machine on the heap; it does not run yet.</summary>
    /// <typeparam name="TStateMachine">The method's state machine.</typeparam>
    /// <param name="stateMachine">The method's state machine, of which this builder is a field.</param>
    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        var box = new CoroutineBox<TStateMachine, T>();
        if (CoroutineBox<TStateMachine, T>.NextIsGuarded())
        {
            box.Guard(new NeverAwaited(typeof(TStateMachine), RunningLoop.Current));
        }

        _coroutine = box;
        box.StateMachine = stateMachine;
    }

    /// <summary>Not used: the state machine is boxed at the start.</summary>
    /// <param name="stateMachine">Ignored.</param>
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine) => ArgumentNullException.ThrowIfNull(stateMachine);

    /// <summary>The method returned.</summary>
    /// <param name="result">What it returned.</param>
    public readonly void SetResult(T result) => _coroutine!.Succeed(result);

    /// <summary>The method threw.</summary>
    /// <param name="exception">What it threw.</param>
    public readonly void SetException(Exception exception) => _coroutine!.Fail(exception);

    /// <summary>The method awaits.</summary>
    /// <typeparam name="TAwaiter">Type of the awaiter.</typeparam>
    /// <typeparam name="TStateMachine">The method's state machine.</typeparam>
    /// <param name="awaiter">What it awaits.</param>
    /// <param name="stateMachine">The method's state machine.</param>
    public readonly void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => Suspension.On(_coroutine!, ref awaiter);

    /// <summary>The method awaits.</summary>
    /// <typeparam name="TAwaiter">Type of the awaiter.</typeparam>
    /// <typeparam name="TStateMachine">The method's state machine.</typeparam>
    /// <param name="awaiter">What it awaits.</param>
    /// <param name="stateMachine">The method's state machine.</param>
    public readonly void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => Suspension.UnsafeOn(_coroutine!, ref awaiter);
}
#pragma warning restore CA1815, CA1822
