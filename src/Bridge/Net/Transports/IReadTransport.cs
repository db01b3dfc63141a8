namespace Bridge.Net;

/// <summary>The reading side of a transport. Loop thread.</summary>
/// <remarks>Source: asyncio's <c>ReadTransport</c>.</remarks>
public interface IReadTransport
{
    /// <summary>Whether data is being received: not paused, not closing.</summary>
    bool IsReading { get; }

    /// <summary>Receives nothing until <see cref="ResumeReading"/>. Does nothing if it is paused or closing.</summary>
    void PauseReading();

    /// <summary>Goes on receiving. Does nothing if it is not paused, or closing.</summary>
    void ResumeReading();
}
