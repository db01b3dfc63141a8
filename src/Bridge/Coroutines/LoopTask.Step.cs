using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Bridge;

/// <content>The engine: how a task runs its coroutine step by step.</content>
public partial class LoopTask
{
    /// <summary>Registers the task and has its first step queued, or run.</summary>
    internal void Start(TaskOptions? options, bool eager)
    {
        _leaf.PrepareToStart(options?.Context ?? Loop.CaptureContext());
        Loop.Tasks.Add(this);
        if (eager && Loop.IsInTurn && RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            StepInsideCaller();
        }
        else
        {
            Loop.Enqueue(this, null, RunContext);
        }
    }

    /// <summary>One step: goes on at the innermost coroutine and climbs as long as coroutines end.</summary>
    internal override void Run()
    {
        if (IsDone)
        {
            return;
        }

        EventLoop loop = Loop;
        LoopWork? waitedFor = _waitingFor;
        _waitingFor = null;
        if (_undelivered != UndeliveredCancel.None && !TryDeliverCancel(waitedFor))
        {
            return;
        }

        _started = true;
        LoopTask? outer = loop.CurrentTask;
        loop.CurrentTask = this;
        try
        {
            Climb();
        }
        finally
        {
            loop.CurrentTask = outer;
            Debug.Assert(loop.ThrowIntoStep is null, "A cancellation must be thrown in the step it was meant for.");
        }
    }

    /// <summary>Called by an awaiting coroutine of this task, in its step: where it stopped, and what for.</summary>
    internal void SuspendOn(Coroutine coroutine, LoopWork awaited)
    {
        coroutine.Suspend(Loop);
        if (!ReferenceEquals(_leaf, coroutine))
        {
            // Mostly it is the same one again, and a compare costs less than storing a reference.
            _leaf = coroutine;
        }

        _waitingFor = awaited;
    }

    /// <summary>The same for an awaitable that is not of this library; returns what its awaiter calls to bring the task back.</summary>
    /// <param name="coroutine">Where it stopped.</param>
    /// <param name="mayBeOurs">The awaiter is of a ValueTask, whose source may turn out to be of this library.</param>
    internal ForeignWait SuspendOnForeign(Coroutine coroutine, bool mayBeOurs)
    {
        ForeignWait wait = _details?.ForeignWait ?? Loop.TakeForeignWait(this);
        wait.Arm(mayBeOurs);
        SuspendOn(coroutine, wait);
        return wait;
    }

    /// <summary>The awaiter has taken the callback. The task keeps it for its next foreign await; if this one is of ours after all, the task waits for that itself.</summary>
    internal void KeepOrReplace(ForeignWait wait)
    {
        bool isKept = _details?.ForeignWait is not null;
        if (wait.Source is { } source)
        {
            _waitingFor = source;
            wait.Disarm();
            if (!isKept)
            {
                Loop.GiveBack(wait);
            }
        }
        else if (!isKept)
        {
            Details.ForeignWait = wait;
        }
    }

    /// <summary>The next coroutine begins on the task's own stack, as soon as this step's has unwound.</summary>
    internal void StartInStep(Coroutine coroutine)
    {
        _leaf = coroutine;
        _waitingFor = StartWait.Instance;
    }

    /// <summary>
    /// A coroutine that ran inline in this task's step turns out to be awaited by other code, an <c>async Task</c> method: it gets
    /// a task of its own, with the wait it has begun, and this one goes on running.
    /// </summary>
    internal LoopTask MoveOut(Coroutine coroutine)
    {
        LoopWork wait = _waitingFor!;
        _waitingFor = null;
        var task = new LoopTask(Loop, coroutine, _leaf, wait);
        switch (wait)
        {
            case ForeignWait foreign:
                _details!.ForeignWait = null;
                foreign.Task = task;
                task.Details.ForeignWait = foreign;
                break;
            case SleepWait:
                Loop.RedirectTimer(((ISleeper)_leaf).Timer, task);
                break;
        }

        Loop.Tasks.Add(task);
        task.Park();
        return task;
    }

    private LoopTask(EventLoop loop, Coroutine outermost, Coroutine leaf, LoopWork wait)
        : base(loop)
    {
        outermost.Parent = null;
        _leaf = leaf;
        _waitingFor = wait;
        _started = true;
    }

    /// <summary>The frame under which call graphs find the step: not inlined, which it would be too long for anyway.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Climb()
    {
        Coroutine coroutine = _leaf;
        while (true)
        {
            coroutine.Resume();
            if (!coroutine.IsDone)
            {
                if (!ReferenceEquals(_waitingFor, StartWait.Instance))
                {
                    Park();
                    return;
                }

                _waitingFor = null;
                coroutine = _leaf;
            }
            else if (coroutine.Parent is { } parent)
            {
                coroutine = parent;
            }
            else
            {
                _leaf = coroutine;
                coroutine.DropLocals();
                Finish(coroutine.Fault);
                return;
            }

            Loop.SwitchContext(coroutine.Context);
        }
    }

    /// <summary>The step has unwound and the task waits: registers with what it waits for, which a pending cancel request ends at once.</summary>
    private void Park()
    {
        LoopWork awaited = _waitingFor!;
        awaited.WakeWhenDone(this, Loop);
        if (_undelivered == UndeliveredCancel.Asked && TryEndWait(_details?.CancelMessage))
        {
            _undelivered = _waitingFor is null ? UndeliveredCancel.SleepCut : UndeliveredCancel.None;
        }
    }

    private void Finish(ExceptionDispatchInfo? fault)
    {
        Loop.Tasks.Remove(this);
        if (fault is null)
        {
            FinishWithoutFault();
            return;
        }

        if (fault.SourceException is OperationCanceledException cancelled)
        {
            Complete(FutureState.Cancelled, cancelled);
            return;
        }

        CompleteFaulted(fault);
        if (IsObservedByAwaiter)
        {
            SuppressUnobserved();
        }

        if (fault.SourceException is IFatalLoopException)
        {
            fault.Throw();
        }
    }

    private void FinishWithoutFault()
    {
        if (_undelivered != UndeliveredCancel.None)
        {
            // Asked to cancel in its last step: the value is lost, as in asyncio.
            _undelivered = UndeliveredCancel.None;
            Complete(FutureState.Cancelled, _details?.CancelMessage);
        }
        else
        {
            Complete(FutureState.Finished, null);
        }
    }

    /// <summary>An eager first step, inside whatever is running.</summary>
    private void StepInsideCaller()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            AmbientContext.RunIn(RunContext, static task => ((LoopTask)task!).Run(), this);
            return;
        }

        ExecutionContext? callers = AmbientContext.Capture();
        AmbientContext.Switch(RunContext);
        try
        {
            Run();
        }
        finally
        {
            AmbientContext.Switch(callers);
        }
    }
}
