namespace Bridge.Testing.Tests;

/// <summary>The clock alone, moved by hand.</summary>
public sealed class VirtualClockTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly VirtualClock _clock = new();
    private readonly List<string> _calls = [];

    [Fact]
    public void Clock_New_StandsStill()
    {
        Assert.Equal(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _clock.Elapsed);
        Assert.Null(_clock.TimeUntilNextTimer);
        Assert.False(_clock.IsHeld);
        Assert.Contains("2000-01-01", _clock.ToString(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromHours(2), new VirtualClock(new DateTimeOffset(1970, 1, 1, 2, 0, 0, TimeSpan.FromHours(2))).GetUtcNow().AddHours(2) - DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public void Advance_CallsTimersInOrderAndAtTheirTimes()
    {
        Timer("b", 2, 0);
        Timer("a", 1, 0);
        Timer("c", 2, 0);
        Timer("p", 1, 1);
        Timer("late", 9, 0);
        Assert.Equal(s_second, _clock.TimeUntilNextTimer);
        _clock.Advance(TimeSpan.FromSeconds(3.5));
        Assert.Equal(["1 a", "1 p", "2 b", "2 c", "2 p", "3 p"], _calls);
        Assert.Equal(TimeSpan.FromSeconds(3.5), _clock.Elapsed);
        Assert.Equal(TimeSpan.FromSeconds(0.5), _clock.TimeUntilNextTimer);
    }

    [Fact]
    public void Timer_ChangedOrDisposed_IsCalledAccordingly()
    {
        using ITimer timer = Timer("x", 1, 1);
        Assert.True(timer.Change(TimeSpan.FromSeconds(2), TimeSpan.Zero));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["2 x"], _calls);
        Assert.True(timer.Change(s_second, s_second));
        Assert.True(timer.Change(Timeout.InfiniteTimeSpan, s_second));
        Assert.Null(_clock.TimeUntilNextTimer);
        timer.Change(s_second, s_second);
        Assert.True(timer.DisposeAsync().IsCompletedSuccessfully);
        Assert.False(timer.Change(s_second, s_second));
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["2 x"], _calls);
    }

    [Fact]
    public void Timer_DueAtOnce_WaitsForTheNextMove()
    {
        Timer("x", 0, 0);
        Assert.Empty(_calls);
        _clock.Advance(TimeSpan.Zero);
        Assert.Equal(["0 x"], _calls);
    }

    [Fact]
    public void Timer_PeriodBeyondTheLastTime_IsCalledOnce()
    {
        using ITimer timer = _clock.CreateTimer(_ => _calls.Add("x"), null, s_second, TimeSpan.MaxValue);
        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(["x"], _calls);
    }

    [Fact]
    public void Timer_ThatThrows_ThrowsAtWhoeverMovesTheClock()
    {
        using ITimer timer = _clock.CreateTimer(_ => throw new FormatException(), null, s_second, TimeSpan.Zero);
        Assert.Throws<FormatException>(() => _clock.Advance(TimeSpan.FromSeconds(2)));
        Assert.Equal(s_second, _clock.Elapsed);
    }

    [Fact]
    public void Arguments_OutOfRange_Throw()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(-s_second));
        Assert.Contains("9999", Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(TimeSpan.MaxValue)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => _clock.CreateTimer(null!, null, s_second, s_second));
        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => Timer("x", -1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => Timer("x", 1, -1));
    }

    private ITimer Timer(string name, double due, double period)
        => _clock.CreateTimer(state => _calls.Add($"{_clock.Elapsed.TotalSeconds} {state}"), name, TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(period));
}
