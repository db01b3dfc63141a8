using System.Text;
using Bridge.Executors;

namespace Bridge.Net;

/// <summary>A line that a child wrote.</summary>
/// <param name="Bytes">The line with its newline, if it has one. Yours to keep.</param>
/// <param name="IsError">Whether it came by the standard error.</param>
public readonly record struct ProcessLine(ReadOnlyMemory<byte> Bytes, bool IsError)
{
    /// <summary>The line as text, from UTF-8, without the newline.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span).TrimEnd('\n').TrimEnd('\r');
}

/// <summary>The lines of a child's outputs, for <c>await foreach</c>. Made by <see cref="LoopProcess.ReadLines"/>.</summary>
public sealed class ProcessLines : IAsyncEnumerable<ProcessLine>
{
    private readonly LoopProcess _process;

    internal ProcessLines(LoopProcess process) => _process = process;

    /// <summary>Begins to read.</summary>
    /// <param name="cancellationToken">Looked at before each line. To end a wait, cancel the task; to end the child, use <see cref="ProcessOptions.KillToken"/>.</param>
    /// <returns>An enumerator whose waits can be cancelled with the task.</returns>
    public ProcessLineEnumerator GetAsyncEnumerator(CancellationToken cancellationToken = default) => new(_process, cancellationToken);

    IAsyncEnumerator<ProcessLine> IAsyncEnumerable<ProcessLine>.GetAsyncEnumerator(CancellationToken cancellationToken) => GetAsyncEnumerator(cancellationToken);
}

/// <summary>Enumerates <see cref="ProcessLines"/>. Used by <c>await foreach</c>.</summary>
public sealed class ProcessLineEnumerator : IAsyncEnumerator<ProcessLine>
{
    private readonly CancellationToken _token;
    private readonly Side _output;
    private readonly Side _error;

    internal ProcessLineEnumerator(LoopProcess process, CancellationToken token)
    {
        _token = token;
        _output = new Side(process.StandardOutput);
        _error = new Side(process.StandardError);
    }

    /// <summary>The line; valid after a move that gave true.</summary>
    public ProcessLine Current { get; private set; }

    /// <summary>Waits for the next line of either output.</summary>
    /// <returns>A coroutine giving false when both have ended; it throws as <see cref="LoopStreamReader.ReadLineAsync()"/>.</returns>
    public async Coroutine<bool> MoveNextAsync()
    {
        _token.ThrowIfCancellationRequested();
        while (true)
        {
            LoopTask<byte[]>[] reads = [.. new[] { _output.Begin(), _error.Begin() }.OfType<LoopTask<byte[]>>()];
            if (reads.Length == 0)
            {
                return false;
            }

            await LoopTask.Wait(reads, WaitCondition.FirstCompleted);
            Side side = _output.IsReady ? _output : _error;
            byte[] line = await side.Take();
            if (line.Length > 0)
            {
                Current = new ProcessLine(line, ReferenceEquals(side, _error));
                return true;
            }
        }
    }

    /// <summary>Ends the reads that are under way; they lose nothing.</summary>
    /// <returns>Await it on the loop thread.</returns>
    public async ValueTask DisposeAsync()
    {
        await _output.Stop();
        await _error.Stop();
    }

    // For code that holds the interface; a coroutine's own await foreach uses the member above, whose wait is cancelled promptly.
    async ValueTask<bool> IAsyncEnumerator<ProcessLine>.MoveNextAsync() => await MoveNextAsync();

    /// <summary>One output and the read that waits for its next line.</summary>
    private sealed class Side(LoopStreamReader? reader)
    {
        private LoopStreamReader? _reader = reader;
        private LoopTask<byte[]>? _read;

        internal bool IsReady => _read is { IsDone: true };

        /// <summary>The read that waits, a new one if there is none; null after the end.</summary>
        internal LoopTask<byte[]>? Begin() => _reader is null ? null : _read ??= _reader.Loop.CreateTask(_reader.ReadLineAsync().AsCoroutine());

        /// <summary>The line that was read; empty at the end.</summary>
        internal async Coroutine<byte[]> Take()
        {
            LoopTask<byte[]> read = _read!;
            _read = null;
            byte[] line = await read;
            if (line.Length == 0)
            {
                _reader = null;
            }

            return line;
        }

        internal async Coroutine Stop()
        {
            if (_read is { } read)
            {
                _read = null;
                read.Cancel();
                await LoopTask.Wait([read]);

                // A failure that nobody asked for any more is the next reader's to see.
                read.SuppressUnobserved();
            }
        }
    }
}
