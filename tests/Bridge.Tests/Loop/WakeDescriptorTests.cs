using System.Reflection;
using System.Runtime.InteropServices;
using Bridge.Selectors;
using Bridge.TestKit;

namespace Bridge.Tests.Loop;

/// <summary>Need 26 with real descriptors: what the waker writes to is closed behind its back, as a wild close() does.</summary>
[Collection("Tests that close descriptors")]
public sealed partial class WakeDescriptorTests
{
    private readonly List<LoopErrorContext> _reports = [];

    [Theory(Timeout = 30000)]
    [InlineData("epoll")]
    [InlineData("poll")]
    public void Post_AfterTheWakersDescriptorWasClosed_RunsAndTheLoopHealsItself(string backend)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The test closes a descriptor by its number.");
        IWaker? waker = null;
        using var selector = new CountingSelector(SelectorKinds.Create(backend))
        {
            WrapWaker = (number, made) => number == 0 ? waker = made : made,
        };
        var loop = new SelectorEventLoop(selector, new EventLoopOptions { MaximumSpin = TimeSpan.Zero });
        loop.ExceptionHandler = (_, report) => _reports.Add(report);
        using var thread = new LoopThread(loop);
        selector.Asleep.Wait();

        Assert.Equal(0, Close(DescriptorOf(waker!)));
        thread.RunOnLoop(() => { });
        long before = selector.Selects;
        for (int i = 0; i < 50; i++)
        {
            thread.RunOnLoop(() => { });
        }

        Assert.InRange(selector.Selects - before, 0, 250);
        Assert.True(waker!.IsHealthy);
        thread.RunOnLoop(() => Assert.Single(_reports));
        Assert.Single(_reports);
    }

    private static int DescriptorOf(IWaker waker)
    {
        const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;
        object channel = waker.GetType().GetField("_channel", Hidden)!.GetValue(waker)!;
        var handle = (SafeHandle)channel.GetType().GetProperty("Handle", Hidden)!.GetValue(channel)!;
        return (int)handle.DangerousGetHandle();
    }

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}

/// <summary>Not beside others: a number that was closed is soon somebody else's.</summary>
[CollectionDefinition("Tests that close descriptors", DisableParallelization = true)]
public sealed class DescriptorClosingTests;
