using Bridge.Net;

namespace Bridge;

/// <content>What the streams of a loop share.</content>
public abstract partial class EventLoop
{
    private SegmentPool? _segments;

    /// <summary>The free segments. Loop thread.</summary>
    internal SegmentPool Segments => _segments ??= new SegmentPool();

    /// <summary>Tells callbacks apart: another number, another callback. Loop thread, inside a callback.</summary>
    internal long CurrentCallback => _ready.Head;
}
