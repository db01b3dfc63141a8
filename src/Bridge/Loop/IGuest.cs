namespace Bridge;

/// <summary>Whom a <see cref="GuestDriver"/> tells what becomes of its loop. Loop thread.</summary>
internal interface IGuest
{
    /// <summary>Something called Stop. True: the run is over. False: it goes on, for things must end first.</summary>
    bool OnStop();

    /// <summary>An exception left a turn. True: the run is over. False: it goes on, for things must end first.</summary>
    bool OnFailure(Exception exception);

    /// <summary>The host takes no more turns. The loop goes on, on a thread of its own: things must end now.</summary>
    void OnHostGone(Exception? refusal);

    /// <summary>The last turn has been run. The loop does not run any more.</summary>
    void OnOver();
}
