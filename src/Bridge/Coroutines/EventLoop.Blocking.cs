namespace Bridge;

/// <content>What tasks add to reports of a loop that is held up.</content>
public abstract partial class EventLoop
{
    partial void AddDependentsOfTasks(List<DependentTask> found)
    {
        foreach (LoopTask task in SnapshotTasks())
        {
            task.AddDependents(found);
        }
    }

    partial void LeaveStep(ref object? step)
    {
        step = CurrentTask;
        CurrentTask = null;
    }

    partial void ReturnToStep(object? step) => CurrentTask = (LoopTask?)step;

    partial void DescribeCurrentTask(ref string? text) => text = CurrentTask?.ToString();
}
