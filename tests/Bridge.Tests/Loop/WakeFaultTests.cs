using System.Net.Sockets;
using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Row F2; needs 2 and 26: a wake-up that fails is healed and reported once; the loop neither sleeps on a post nor spins.</summary>
public sealed class WakeFaultTests
{
    private const int PostsAfterwards = 50;

    private readonly List<LoopErrorContext> _reports = [];
    private FaultyWaker? _waker;
    private FaultyWaker? _spare;

    public static TheoryData<string> Backends()
    {
        var backends = new TheoryData<string>("select");
        if (OperatingSystem.IsLinux())
        {
            backends.Add("epoll");
        }

        if (!OperatingSystem.IsWindows())
        {
            backends.Add("poll");
        }

        return backends;
    }

    [Theory(Timeout = 30000)]
    [MemberData(nameof(Backends))]
    public void Wake_ThatFailsWhileTheLoopSleeps_RunsThePostAndReportsOnce(string backend)
    {
        using CountingSelector selector = Make(backend, new IOException("write: denied"), noticesItsDeath: false);
        using LoopThread thread = Start(selector);
        _waker!.FailOnWake(1);
        selector.Asleep.Wait();
        thread.RunOnLoop(() => { });
        AssertHealed(selector, thread);
        Assert.Equal("write: denied", Assert.Single(_reports).Exception!.Message);
    }

    [Theory(Timeout = 30000)]
    [MemberData(nameof(Backends))]
    public void Wake_ThatFailsLater_RunsThePostAndReportsOnce(string backend)
    {
        using CountingSelector selector = Make(backend, new SocketException(10054), noticesItsDeath: true);
        using LoopThread thread = Start(selector);
        _waker!.FailOnWake(3);
        for (int i = 0; i < 4; i++)
        {
            selector.Asleep.Wait();
            thread.RunOnLoop(() => { });
        }

        AssertHealed(selector, thread);
        Assert.IsType<SocketException>(Assert.Single(_reports).Exception);
    }

    [Theory(Timeout = 30000)]
    [MemberData(nameof(Backends))]
    public void Wake_WhoseDescriptorDiedFromOutside_RunsThePostAndReportsOnce(string backend)
    {
        using CountingSelector selector = Make(backend, new IOException("write: EBADF"), noticesItsDeath: true);
        using LoopThread thread = Start(selector);
        selector.Asleep.Wait();
        _waker!.Kill();
        thread.RunOnLoop(() => { });
        AssertHealed(selector, thread);
        Assert.Single(_reports);
    }

    [Theory(Timeout = 30000)]
    [MemberData(nameof(Backends))]
    public void Sleep_AfterTheSpareDied_RebuildsItBeforeItIsNeeded(string backend)
    {
        using CountingSelector selector = Make(backend, new IOException("write: EBADF"), noticesItsDeath: true);
        using LoopThread thread = Start(selector);
        selector.Asleep.Wait();
        _spare!.Kill();
        thread.RunOnLoop(() => { });
        AssertHealed(selector, thread);
        Assert.Single(_reports);
        Assert.True(_spare.IsHealthy);
    }

    [Theory(Timeout = 30000)]
    [MemberData(nameof(Backends))]
    public void Rebuild_ThatIsRefused_LooksNowAndThenUntilItSucceeds(string backend)
    {
        using CountingSelector selector = Make(backend, new IOException("write: EBADF"), noticesItsDeath: true);
        using LoopThread thread = Start(selector);
        selector.Asleep.Wait();
        _waker!.FailNextRebuilds(2);
        _spare!.FailNextRebuilds(2);
        _waker.Kill();
        thread.RunOnLoop(_spare.Kill);

        // Now nobody can wake the loop: it looks for itself until the system gives it descriptors again.
        thread.RunOnLoop(() => { });
        while (_waker.Rebuilds == 0 || _spare.Rebuilds == 0)
        {
            thread.RunOnLoop(() => { });
        }

        AssertHealed(selector, thread);
        Assert.Single(_reports);
    }

    /// <summary>From here on posts run as if nothing had happened, and the loop sleeps between them.</summary>
    private void AssertHealed(CountingSelector selector, LoopThread thread)
    {
        long before = selector.Selects;
        for (int i = 0; i < PostsAfterwards; i++)
        {
            // Starting a thread takes its time, in which a loop that spins comes round many times.
            var producer = new Thread(() => thread.RunOnLoop(() => { }));
            producer.Start();
            producer.Join();
        }

        // A post costs one sleep and one late wake-up at most; a loop that spins comes to thousands.
        Assert.InRange(selector.Selects - before, 0, PostsAfterwards * 5);
        Assert.True(_waker!.IsHealthy);
        Assert.InRange(_waker.Rebuilds, 1, 1);
    }

    private CountingSelector Make(string backend, Exception fault, bool noticesItsDeath)
    {
        FaultyWaker Wrap(IWaker waker) => new(waker) { Fault = fault, NoticesItsDeath = noticesItsDeath };
        return new CountingSelector(SelectorKinds.Create(backend))
        {
            WrapWaker = (number, waker) => number == 0 ? _waker = Wrap(waker) : _spare = Wrap(waker),
        };
    }

    private LoopThread Start(CountingSelector selector)
    {
        var loop = new SelectorEventLoop(selector, new EventLoopOptions { MaximumSpin = TimeSpan.Zero });
        loop.ExceptionHandler = (_, report) => _reports.Add(report);
        return new LoopThread(loop);
    }
}
