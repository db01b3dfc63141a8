using System.Runtime.InteropServices;

namespace Bridge.Net;

/// <summary>The open transports of a loop, so that closing the loop closes them. Loop thread.</summary>
internal sealed class TransportRegistry
{
    private BaseTransport? _first;

    internal TransportRegistry(EventLoop loop) => loop.OnClose(CloseAll);

    internal bool IsEmpty => _first is null;

    internal void Add(BaseTransport transport)
    {
        transport.NextOpen = _first;
        if (_first is not null)
        {
            _first.PreviousOpen = transport;
        }

        _first = transport;
    }

    internal void Remove(BaseTransport transport)
    {
        if (transport.PreviousOpen is { } previous)
        {
            previous.NextOpen = transport.NextOpen;
        }
        else if (ReferenceEquals(_first, transport))
        {
            _first = transport.NextOpen;
        }

        if (transport.NextOpen is { } next)
        {
            next.PreviousOpen = transport.PreviousOpen;
        }

        transport.PreviousOpen = null;
        transport.NextOpen = null;
    }

    /// <summary>The transport of a file that the selector does not know just now: one that is paused.</summary>
    internal BaseTransport? Find(SafeHandle file)
    {
        for (BaseTransport? transport = _first; transport is not null; transport = transport.NextOpen)
        {
            if (ReferenceEquals(transport.WatchedHandle, file))
            {
                return transport;
            }
        }

        return null;
    }

    /// <summary>The transports of a server, each with what was put on top of it; a copy, for closing them may change the list.</summary>
    internal List<Transport> OwnedBy(ITransportOwner owner)
    {
        var owned = new List<Transport>();
        for (BaseTransport? transport = _first; transport is not null; transport = transport.NextOpen)
        {
            if (ReferenceEquals(transport.Owner, owner))
            {
                owned.Add(TlsTransport.Topmost((Transport)transport));
            }
        }

        return owned;
    }

    private void CloseAll()
    {
        while (_first is { } transport)
        {
            Remove(transport);
            string text = transport.ToString()!;
            bool wasClosing = transport.IsClosing;
            transport.ReleaseFile();
            if (!wasClosing)
            {
                transport.Report($"unclosed transport {text}: event loop '{transport.Loop.Name}' was closed before it, and has closed it", null);
            }
        }
    }
}
