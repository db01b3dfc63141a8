using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bridge;

/// <summary>What messages call a file.</summary>
internal static class FileText
{
    internal static string Of(object file) => file switch
    {
        Socket socket => $"Socket {Number(socket.SafeHandle)}",
        SafeHandle handle => $"File {Number(handle)}",
        _ => file.ToString() ?? "File",
    };

    private static string Number(SafeHandle handle) => handle.IsClosed ? "(closed)" : handle.DangerousGetHandle().ToString(System.Globalization.CultureInfo.InvariantCulture);
}
