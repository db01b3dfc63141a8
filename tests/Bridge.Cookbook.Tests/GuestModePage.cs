using System.Collections.Concurrent;

namespace Bridge.Cookbook.Tests;

/// <summary>docs/cookbook/guest-mode.md</summary>
public sealed class GuestModePage
{
    [Fact(Timeout = 30000)]
    public void RunAsGuest_WindowIsUsedAndClosed_AllRunsOnItsThreadAndEndsBeforeIt()
    {
        using var loop = new SelectorEventLoop();
        using var window = new Window();
        var thread = new Thread(() => window.Run(() => UseWindow(loop, window))) { IsBackground = true };
        thread.Start();
        thread.Join();
        Assert.Equal(["the time", "what was loaded", "the end"], window.Shown);
        Assert.Equal(thread.ManagedThreadId, Assert.Single(window.Threads));
        Assert.True(loop.IsClosed);
    }

    /// <summary>What a person does with it.</summary>
    private static async void UseWindow(EventLoop loop, Window window)
    {
        Open(loop, window);
        await Click(loop, window);
        window.Close();
    }

    private static void Open(EventLoop loop, Window window)
    {
        #region guest-mode
        LoopTask main = loop.RunAsGuest(SynchronizationContext.Current!, () => ShowTime(window), _ => window.Exit());
        window.Closing += () => main.Cancel("the window was closed");
        #endregion
    }

    private static async Task Click(EventLoop loop, Window window)
    {
        #region guest-mode-host
        LoopTask<string> loading = loop.CreateTask(Load());
        window.Show(await loading.AsTask());
        #endregion
    }

    private static async Coroutine ShowTime(Window window)
    {
        try
        {
            while (true)
            {
                window.Show("the time");
                await LoopTask.Sleep(TimeSpan.FromMinutes(1));
            }
        }
        finally
        {
            await LoopTask.Yield();
            window.Show("the end");
        }
    }

    private static async Coroutine<string> Load()
    {
        // On the .NET pool, and back.
        await Task.Run(() => { });
        return "what was loaded";
    }

    /// <summary>Stands for a user interface: a thread that handles messages until it is told to exit.</summary>
    private sealed class Window : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _messages = [];

        internal event Action? Closing;

        internal List<string> Shown { get; } = [];

        internal HashSet<int> Threads { get; } = [];

        public override void Post(SendOrPostCallback d, object? state) => _messages.Add((d, state));

        public void Dispose() => _messages.Dispose();

        internal void Run(Action first)
        {
            SetSynchronizationContext(this);
            first();
            foreach ((SendOrPostCallback callback, object? state) in _messages.GetConsumingEnumerable())
            {
                callback(state);
            }
        }

        internal void Show(string text)
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            Shown.Add(text);
        }

        internal void Close() => Closing?.Invoke();

        internal void Exit()
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            _messages.CompleteAdding();
        }
    }
}
