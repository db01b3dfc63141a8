using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>One pipe of a child: its transport, and the protocol that passes on to the child's what happens there.</summary>
internal sealed class ChildPipe
{
    private readonly SubprocessTransport _child;
    private readonly int _descriptor;

    internal ChildPipe(SubprocessTransport child, int descriptor)
    {
        _child = child;
        _descriptor = descriptor;
    }

    internal BaseTransport? Transport { get; private set; }

    internal bool IsLost { get; private set; }

    /// <summary>Takes our end into possession, and begins to watch it in the next turn.</summary>
    internal void Connect(SafeHandle handle)
    {
        if (_descriptor == 0)
        {
            var transport = new WritePipeTransport(_child.Loop, new Input(this), handle);
            Transport = transport;
            _child.Loop.CallSoon(() => _child.NoteStart(transport.StartWatching()));
        }
        else
        {
            var transport = new ReadPipeTransport(_child.Loop, new Output(this), handle);
            Transport = transport;
            _child.Loop.CallSoon(() => _child.NoteStart(transport.StartReading()));
        }
    }

    private void Lose(Exception? exception)
    {
        IsLost = true;
        _child.PipeLost(_descriptor, exception);
    }

    /// <summary>Its flow control is the child's: there is one pipe to write to.</summary>
    private sealed class Input(ChildPipe pipe) : BaseProtocol
    {
        public override void PauseWriting() => pipe._child.Protocol.PauseWriting();

        public override void ResumeWriting() => pipe._child.Protocol.ResumeWriting();

        public override void ConnectionLost(Exception? exception) => pipe.Lose(exception);
    }

    private sealed class Output(ChildPipe pipe) : Protocol
    {
        public override void DataReceived(ReadOnlySpan<byte> data) => pipe._child.PipeData(pipe._descriptor, data);

        public override void ConnectionLost(Exception? exception) => pipe.Lose(exception);
    }
}
