namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/affine-objects.md</summary>
public sealed class AffineObjectsPage
{
    [Fact(Timeout = 30000)]
    public void CreateAffine_OldDriver_StaysOnItsThread() => EventLoop.Run(async Coroutine () =>
        Assert.Equal("rows of select 1", await Query(EventLoop.Running, CancellationToken.None)));

    private static async Coroutine<string> Query(EventLoop loop, CancellationToken token)
    {
        #region affine-objects
        await using LoopAffine<OldConnection> db = loop.CreateAffine(() => new OldConnection(), name: "db");
        string rows = await db.Run(connection => connection.Query("select 1"), token, onCancel: connection => connection.CancelCommand());
        #endregion
        return rows;
    }

    private sealed class OldConnection : IDisposable
    {
        private readonly int _owner = Environment.CurrentManagedThreadId;

        internal string Query(string text)
        {
            Assert.Equal(_owner, Environment.CurrentManagedThreadId);
            return $"rows of {text}";
        }

        internal void CancelCommand()
        {
        }

        public void Dispose() => Assert.Equal(_owner, Environment.CurrentManagedThreadId);
    }
}
