namespace Bridge.Net;

/// <summary>Flow control of the writing side: when to tell the protocol to pause and to go on. A part of each transport that writes.</summary>
internal struct WriteFlow
{
    private const int DefaultHigh = 64 * 1024;

    private int _high;
    private int _low;
    private bool _isPaused;

    internal readonly (int Low, int High) Limits => (_low, _high);

    internal static WriteFlow Create(int defaultHigh = DefaultHigh) => new() { _high = defaultHigh, _low = defaultHigh / 4 };

    internal void SetLimits(int? high, int? low, int defaultHigh = DefaultHigh)
    {
        int newHigh = high ?? (low is { } l ? (int)Math.Min(4L * l, int.MaxValue) : defaultHigh);
        int newLow = low ?? newHigh / 4;
        if (newHigh < newLow || newLow < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(high), $"high is {newHigh} and low is {newLow}; there must be high >= low >= 0.");
        }

        _high = newHigh;
        _low = newLow;
    }

    /// <summary>More waits than before. The protocol's failure to pause is reported and changes nothing else.</summary>
    internal void Grown(int size, BaseTransport transport)
    {
        if (size > _high && !_isPaused)
        {
            _isPaused = true;
            Tell(transport, static protocol => protocol.PauseWriting(), nameof(BaseProtocol.PauseWriting));
        }
    }

    /// <summary>Less waits than before.</summary>
    internal void Shrunk(int size, BaseTransport transport)
    {
        if (_isPaused && size <= _low)
        {
            _isPaused = false;
            Tell(transport, static protocol => protocol.ResumeWriting(), nameof(BaseProtocol.ResumeWriting));
        }
    }

    private static void Tell(BaseTransport transport, Action<BaseProtocol> what, string name)
    {
        try
        {
            what(transport.Protocol);
        }
        catch (Exception exception) when (exception is not IFatalLoopException)
        {
            transport.Report($"protocol.{name}() failed", exception);
        }
    }
}
