namespace Bridge;

/// <summary>The life of a loop: Idle -&gt; Running -&gt; Idle ... -&gt; Closed. Running is the only state that belongs to a thread.</summary>
internal enum EventLoopState
{
    /// <summary>Not running; may run, again too.</summary>
    Idle,

    /// <summary>Inside RunForever.</summary>
    Running,

    /// <summary>For ever.</summary>
    Closed,
}
