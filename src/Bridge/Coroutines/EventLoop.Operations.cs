namespace Bridge;

/// <content>Tasks of operations.</content>
public abstract partial class EventLoop
{
    /// <summary>Runs an operation concurrently: its first step comes in the next turn.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="operation">What a primitive's method returned.</param>
    /// <param name="options">Name, context, eager start. Null: the defaults.</param>
    /// <returns>The task.</returns>
    /// <exception cref="InvalidOperationException">The loop runs on another thread.</exception>
    /// <exception cref="ObjectDisposedException">The loop is closed.</exception>
    /// <remarks>Source: <c>loop.create_task</c>.</remarks>
    public LoopTask<T> CreateTask<T>(LoopOperation<T> operation, TaskOptions? options = null) => CreateTask(operation.AsCoroutine(), options);
}
