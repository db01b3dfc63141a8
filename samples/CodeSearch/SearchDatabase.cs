using Microsoft.Data.Sqlite;

namespace CodeSearch;

/// <summary>A line that matches. Compared by value, which is how two answers are compared.</summary>
internal sealed record Hit(string File, int Line, string Snippet);

/// <summary>
/// The index. A SQLite connection blocks and is for one thread at a time, so it gets a thread of its own that makes, uses and disposes
/// it. Calls run in the order they were made and give thread-safe futures, which every world can wait for in its own way.
/// </summary>
internal sealed class SearchDatabase : IDisposable
{
    private readonly AffineExecutor<SqliteConnection> _connection;
    private readonly string _file;
    private readonly bool _isTemporary;

    internal SearchDatabase(string? file)
    {
        _isTemporary = file is null;
        _file = file ?? Path.GetTempFileName();
        _connection = new AffineExecutor<SqliteConnection>(Open, "sqlite");
    }

    /// <summary>Begins a new index, one transaction up to <see cref="Commit"/>: whoever stops us before that still has the old index.</summary>
    internal ConcurrentFuture Begin() => _connection.Submit(connection =>
    {
        Command(connection, "BEGIN IMMEDIATE").ExecuteNonQuery();
        if (Command(connection, "SELECT 1 FROM sqlite_master WHERE (SELECT application_id FROM pragma_application_id) <> 7701").ExecuteScalar() is not null)
        {
            throw new InvalidDataException($"'{_file}' holds the tables of another program. Name another file with --database.");
        }

        Command(connection, """
            PRAGMA application_id = 7701;
            DROP TABLE IF EXISTS files;
            DROP TABLE IF EXISTS lines;
            CREATE TABLE files(name TEXT PRIMARY KEY, bytes INTEGER, sha256 TEXT);
            CREATE VIRTUAL TABLE lines USING fts5(file UNINDEXED, line UNINDEXED, text, tokenize = "unicode61 tokenchars '_'");
            """).ExecuteNonQuery();
    });

    internal ConcurrentFuture Add(FileContent file) => _connection.Submit(connection =>
    {
        Command(connection, "INSERT INTO files VALUES ($name, $bytes, $hash)", ("$name", file.Name), ("$bytes", file.Bytes), ("$hash", file.Hash)).ExecuteNonQuery();
        using SqliteCommand insert = Command(connection, "INSERT INTO lines VALUES ($file, $line, $text)", ("$file", file.Name), ("$line", 0), ("$text", ""));
        foreach ((int index, string line) in file.Lines.Index().Where(line => !string.IsNullOrWhiteSpace(line.Item)))
        {
            insert.Parameters["$line"].Value = index + 1;
            insert.Parameters["$text"].Value = line.Trim();
            insert.ExecuteNonQuery();
        }
    });

    internal ConcurrentFuture Commit() => _connection.Submit(connection => { Command(connection, "COMMIT").ExecuteNonQuery(); });

    /// <summary>The best lines that contain all the words, in an order that is the same every time.</summary>
    internal ConcurrentFuture<Hit[]> Search(string words) => _connection.Submit(connection =>
    {
        // Quoted, a word is only a word: nothing in it is query syntax.
        IEnumerable<string> quoted = words.Replace("\"", "\"\"", StringComparison.Ordinal).Split([' ', '\t', '\n', '\0']).Select(word => $"\"{word}\"");
        using SqliteCommand select = Command(
            connection,
            "SELECT file, line, snippet(lines, 2, '»', '«', '…', 16) FROM lines WHERE lines MATCH $words ORDER BY rank, file, line LIMIT 8",
            ("$words", string.Join(' ', quoted)));
        using SqliteDataReader row = select.ExecuteReader();
        List<Hit> hits = [];
        while (row.Read())
        {
            hits.Add(new Hit(row.GetString(0), row.GetInt32(1), row.GetString(2)));
        }

        return hits.ToArray();
    });

    /// <summary>Lets the calls made so far end and closes the file; what was not committed is undone. Blocks.</summary>
    public void Dispose()
    {
        _connection.Dispose();
        if (_isTemporary)
        {
            File.Delete(_file);
        }
    }

    private SqliteConnection Open()
    {
        // No pooling: disposing has to close the file. The time-out is how many seconds to wait for another program's lock.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _file, Pooling = false, DefaultTimeout = 1 }.ToString());
        connection.Open();
        return connection;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
