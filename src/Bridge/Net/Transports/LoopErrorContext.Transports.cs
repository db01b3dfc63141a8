using Bridge.Net;

namespace Bridge;

/// <content>The transport and the protocol of a report.</content>
public sealed partial class LoopErrorContext
{
    /// <summary>The transport that failed, if one did.</summary>
    public BaseTransport? Transport { get; init; }

    /// <summary>The protocol that failed, or whose transport did.</summary>
    public BaseProtocol? Protocol { get; init; }

    partial void AddTransportParts(SortedDictionary<string, object?> parts)
    {
        AddPart(parts, "transport", Transport);
        AddPart(parts, "protocol", Protocol);
    }
}
