namespace Bridge;

/// <content>Tasks of operations.</content>
public partial class LoopTask
{
    /// <summary>Runs an operation concurrently on the loop of this thread.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="operation">What a primitive's method returned.</param>
    /// <param name="options">Name, context, eager start.</param>
    /// <returns>The task.</returns>
    /// <exception cref="InvalidOperationException">No loop is running in this thread.</exception>
    /// <remarks>Source: <c>asyncio.create_task</c>.</remarks>
    public static LoopTask<T> Create<T>(LoopOperation<T> operation, TaskOptions? options = null)
        => RunningLoop.Required.CreateTask(operation.AsCoroutine(), options);
}
