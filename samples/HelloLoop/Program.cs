using HelloLoop;

// Says hello to each thing the loop does, and to each world around it. Small, so that it can be published ahead of time.
try
{
    EventLoop.Run(Steps.RunAll);
    Console.WriteLine("All answered.");
    return 0;
}
catch (Exception failure)
{
    // Whatever it is: this program is there to tell.
    Console.Error.WriteLine(failure);
    return 1;
}
