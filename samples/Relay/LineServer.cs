using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace RelaySample;

/// <summary>The line protocol: one command a line; each answer is one line, after <c>connections N</c> come N more.</summary>
internal sealed class LineServer(Statistics statistics)
{
    /// <summary>In bytes; the reader's limit.</summary>
    internal const int LongestLine = 4096;

    private static readonly byte[] s_newLine = "\n"u8.ToArray();

    internal async Coroutine Serve(LoopStream stream)
    {
        try
        {
            while (await ReadCommand(stream) is { } line)
            {
                stream.Writer.Write(Encoding.UTF8.GetBytes(Answer(line) + "\n"));
                await stream.Writer.DrainAsync();
                if (line == "quit")
                {
                    break;
                }
            }

            stream.Writer.Close();
            await stream.Writer.WaitClosedAsync();
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            // Whoever asked has gone.
        }
        finally
        {
            stream.Abort();
        }
    }

    /// <summary>The next line without its end; null at the end of the connection.</summary>
    private static async Coroutine<string?> ReadCommand(LoopStream stream)
    {
        bool isTooLong = false;
        while (true)
        {
            try
            {
                byte[] line = await stream.Reader.ReadUntilAsync(s_newLine);
                if (!isTooLong)
                {
                    return Encoding.UTF8.GetString(line).TrimEnd('\r', '\n');
                }

                isTooLong = false;
                stream.Writer.Write(Encoding.UTF8.GetBytes($"error: a line has at most {LongestLine} bytes\n"));
            }
            catch (LimitOverrunException overrun)
            {
                // The bytes are still there. They are let go of, until the line's end comes.
                isTooLong = true;
                await stream.Reader.ReadExactlyAsync(overrun.Consumed);
            }
            catch (IncompleteReadException end)
            {
                return end.Partial.Length > 0 && !isTooLong ? Encoding.UTF8.GetString(end.Partial.Span) : null;
            }
        }
    }

    private string Answer(string line)
    {
        string command = line.Split(' ')[0], rest = line.Length > command.Length ? line[(command.Length + 1)..] : "";
        return command switch
        {
            "stats" => statistics.ToJson(),
            "connections" => string.Join('\n', statistics.Open.Values.Select(Describe).Prepend($"connections {statistics.Open.Count}")),
            "close" => Close(rest),
            "echo" => rest,
            "quit" => "bye",
            _ => $"error: unknown command '{command}'; there are: stats, connections, close ID, echo TEXT, quit",
        };
    }

    private static string Describe(Connection connection)
        => string.Create(CultureInfo.InvariantCulture, $"{connection.Id} {connection.Peer} up {connection.BytesUp} down {connection.BytesDown} seconds {connection.Age.TotalSeconds:0.0}");

    private string Close(string id)
    {
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || !statistics.Open.TryGetValue(number, out Connection? connection))
        {
            return $"error: there is no connection '{id}'; see connections";
        }

        connection.Task.Cancel();
        return $"closing {number}";
    }
}
