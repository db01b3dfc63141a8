using System.Net.Sockets;

namespace Bridge.Net;

/// <summary>The file of a Unix-domain server, to be removed with it.</summary>
internal sealed class SocketPath
{
    private readonly string _path;
    private readonly FileIdentity? _identity;

    private SocketPath(string path)
    {
        _path = path;
        _identity = FileIdentity.TryOf(path);
    }

    /// <summary>Null: the socket has an abstract name, or none.</summary>
    internal static SocketPath? Of(Socket socket)
        => socket.LocalEndPoint is UnixDomainSocketEndPoint address && UnixSockets.FileOf(address) is { } path ? new SocketPath(path) : null;

    /// <summary>Removes the file, unless the path is somebody else's by now.</summary>
    internal void Remove(EventLoop loop)
    {
        try
        {
            // Where files have no numbers (Windows) .NET itself deletes the path of what it has bound.
            if (_identity is { } identity && FileIdentity.TryOf(_path) == identity)
            {
                File.Delete(_path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            loop.WriteWarning($"Unable to remove the Unix-domain socket {_path} of a closed server: {exception.Message}");
        }
    }
}
