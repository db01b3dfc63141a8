using System.Net;
using System.Net.Sockets;
using Bridge.Net;

namespace Bridge.Tests.Net;

/// <summary>Row Z4.</summary>
public sealed class InterleavingTests
{
    [Theory]
    [InlineData("", 1, "")]
    [InlineData("a1", 1, "a1")]
    [InlineData("a1 a2 a3", 1, "a1 a2 a3")]
    [InlineData("a1 a2 b1 b2", 1, "a1 b1 a2 b2")]
    [InlineData("b1 a1 a2 b2 a3", 1, "b1 a1 b2 a2 a3")]
    [InlineData("a1 a2 a3 b1 b2", 2, "a1 a2 b1 a3 b2")]
    [InlineData("a1 a2 a3 b1 b2", 3, "a1 a2 a3 b1 b2")]
    [InlineData("a1 a2 b1", 9, "a1 a2 b1")]
    public void Of_Families_TakesThemInTurn(string infos, int firstCount, string expected)
        => Assert.Equal(expected, string.Join(' ', Interleaving.Of([.. infos.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Info)], firstCount).Select(static info => info.CanonicalName)));

    private static AddressInfo Info(string name)
    {
        bool isFirst = name[0] == 'a';
        IPAddress address = isFirst ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        return new AddressInfo(isFirst ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp, name, new IPEndPoint(address, 1));
    }
}
