using System.IO.Pipelines;

namespace Bridge.AspNetCore.Tests.Transport;

public sealed class LoopPipeSchedulerTests : IDisposable
{
    private readonly SelectorEventLoop _loop = new();
    private readonly List<string> _log = [];

    public void Dispose() => _loop.Close();

    [Fact(Timeout = 30000)]
    public void Flush_SixteenAnswersToOneReceive_AreReadInOneGo()
    {
        var scheduler = new LoopPipeScheduler(_loop);
        var options = new PipeOptions(readerScheduler: scheduler, writerScheduler: scheduler, useSynchronizationContext: false);
        var input = new Pipe(options);
        var output = new Pipe(options);
        var sends = new List<long>();
        _loop.CallSoon(() =>
        {
            _ = Parse();
            _ = Send();
            input.Writer.GetSpan(16).Clear();
            input.Writer.Advance(16);

            Assert.True(scheduler.Flush(input.Writer).IsCompletedSuccessfully);

            // All within the call: the parser, and then the sender, once.
            Assert.Equal([16], sends);
            _loop.Stop();
        });
        _loop.RunForever();

        async Task Parse()
        {
            ReadResult requests = await input.Reader.ReadAsync().ConfigureAwait(false);
            for (int i = 0; i < requests.Buffer.Length; i++)
            {
                await output.Writer.WriteAsync(new byte[1]).ConfigureAwait(false);
            }

            input.Reader.AdvanceTo(requests.Buffer.End);
        }

        async Task Send()
        {
            while (true)
            {
                ReadResult answers = await output.Reader.ReadAsync().ConfigureAwait(false);
                sends.Add(answers.Buffer.Length);
                output.Reader.AdvanceTo(answers.Buffer.End);
            }
        }
    }

    [Fact(Timeout = 30000)]
    public void Schedule_OnTheLoopThread_RunsLaterAndInOrder()
    {
        var scheduler = new LoopPipeScheduler(_loop);
        _loop.CallSoon(() =>
        {
            scheduler.Schedule(Log, "a");
            scheduler.Schedule(Log, "b");
            _log.Add("first");
        });
        _loop.CallLater(TimeSpan.Zero, () => _loop.CallSoon(_loop.Stop));
        _loop.RunForever();

        Assert.Equal(["first", "a", "b"], _log);
    }

    [Fact(Timeout = 30000)]
    public void Schedule_WakeUpsThatFeedEachOther_LetOtherCallbacksRun()
    {
        var scheduler = new LoopPipeScheduler(_loop);
        _loop.CallSoon(() => Again(null));
        _loop.CallSoon(() => _loop.CallSoon(_loop.Stop));

        // Would never end otherwise.
        _loop.RunForever();

        void Again(object? state) => scheduler.Schedule(Again, state);
    }

    [Fact(Timeout = 30000)]
    public void Schedule_OneThrows_OthersStillRun()
    {
        var scheduler = new LoopPipeScheduler(_loop);
        var reports = new List<LoopErrorContext>();
        _loop.ExceptionHandler = (_, report) => reports.Add(report);
        _loop.CallSoon(() =>
        {
            scheduler.Schedule(static _ => throw new InvalidOperationException("seeded"), null);
            scheduler.Schedule(Log, "a");
            scheduler.Schedule(_ => _loop.Stop(), null);
        });
        _loop.RunForever();

        Assert.Equal(["a"], _log);
        Assert.Equal("seeded", Assert.Single(reports).Exception!.Message);
    }

    [Fact(Timeout = 30000)]
    public void Schedule_LoopClosed_RunsOnThePool()
    {
        var scheduler = new LoopPipeScheduler(_loop);
        _loop.Close();
        using var ran = new ManualResetEventSlim();

        scheduler.Schedule(static ran => ((ManualResetEventSlim)ran!).Set(), ran);

        ran.Wait();
    }

    private void Log(object? text) => _log.Add((string)text!);
}
