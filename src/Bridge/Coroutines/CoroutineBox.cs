using System.Runtime.CompilerServices;

namespace Bridge;

/// <summary>An async method's state machine on the heap, which is itself the coroutine: one object for both.</summary>
internal sealed class CoroutineBox<TStateMachine> : Coroutine
    where TStateMachine : IAsyncStateMachine
{
    /// <summary>Coroutines of this method made so far; benign race: it only picks which ones are guarded.</summary>
    private static int s_made;

    internal TStateMachine StateMachine = default!;

    internal override string MethodName => CodeName.OfStateMachine(typeof(TStateMachine));

    internal static bool NextIsGuarded() => NeverAwaited.Picks(s_made++);

    private protected override void MoveNext() => StateMachine.MoveNext();

    internal override void DropLocals() => StateMachine = default!;
}

/// <summary>The same for a method with a result.</summary>
internal sealed class CoroutineBox<TStateMachine, T> : Coroutine<T>
    where TStateMachine : IAsyncStateMachine
{
    private static int s_made;

    internal TStateMachine StateMachine = default!;

    internal override string MethodName => CodeName.OfStateMachine(typeof(TStateMachine));

    internal static bool NextIsGuarded() => NeverAwaited.Picks(s_made++);

    private protected override void MoveNext() => StateMachine.MoveNext();

    internal override void DropLocals() => StateMachine = default!;
}
