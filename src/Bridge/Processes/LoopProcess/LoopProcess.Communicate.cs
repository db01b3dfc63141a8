using System.Net.Sockets;
using Bridge.Selectors.Native;

namespace Bridge.Net;

/// <content>Everything in and everything out.</content>
public sealed partial class LoopProcess
{
    /// <summary>Sends input, closes the child's input, reads both outputs to their end, and waits for the exit.</summary>
    /// <param name="input">What to send; must stay as it is until the coroutine is awaited. Empty: the input is closed at once.</param>
    /// <returns>A coroutine giving the outputs; null for those that are no pipes. Look at <see cref="ReturnCode"/> for how it ended.</returns>
    /// <exception cref="InvalidOperationException">There is input, and the child's input is no pipe.</exception>
    /// <remarks>
    /// A child that does not read all its input is no error. Grandchildren that hold the pipes keep this waiting, unless there is a
    /// <see cref="ProcessOptions.DrainTime"/>. Source: <c>communicate</c>.
    /// </remarks>
    public Coroutine<(byte[]? Output, byte[]? Error)> CommunicateAsync(ReadOnlyMemory<byte> input = default)
        => StandardInput is null && !input.IsEmpty ? throw new InvalidOperationException(Messages.NoInputPipe(this)) : Communicate(input);

    /// <summary>The lines of both outputs as they come, until both have ended.</summary>
    /// <returns>For <c>await foreach</c>, once. Each output's own lines keep their order; both are read, so the child never blocks.</returns>
    /// <exception cref="InvalidOperationException">Neither output is a pipe.</exception>
    /// <remarks>
    /// With a <see cref="ProcessOptions.DrainTime"/> they end that long after the child's exit at the latest, and no line of the child is
    /// lost. A line longer than <see cref="ProcessOptions.StreamLimit"/> throws <see cref="LimitOverrunException"/>, and the next one can be read.
    /// </remarks>
    public ProcessLines ReadLines()
        => StandardOutput is null && StandardError is null ? throw new InvalidOperationException(Messages.NoOutputPipe(this)) : new ProcessLines(this);

    private async Coroutine<(byte[]? Output, byte[]? Error)> Communicate(ReadOnlyMemory<byte> input)
    {
        ((byte[]? output, byte[]? error), _) = await LoopTask.Gather(LoopTask.Gather(ReadToEnd(StandardOutput), ReadToEnd(StandardError)), FeedInput(input));
        await WaitAsync();
        return (output, error);
    }

    private static async Coroutine<byte[]?> ReadToEnd(LoopStreamReader? reader) => reader is null ? null : await reader.ReadAsync(-1);

    private async Coroutine<bool> FeedInput(ReadOnlyMemory<byte> input)
    {
        if (StandardInput is not { } writer)
        {
            return false;
        }

        try
        {
            writer.Write(input.Span);
            await writer.DrainAsync();
        }
        catch (Exception exception) when (exception is SocketException { SocketErrorCode: SocketError.ConnectionReset } or IOException { HResult: Errno.EPIPE })
        {
            // It has read what it wanted.
        }

        writer.Close();
        return true;
    }
}
