using Bridge.TestPrograms;

// Programs that tests run as processes of their own, because they are about the process: its end, its signals, its thread pool.
return args switch
{
    ["idle"] => CtrlC.Idle(),
    ["stubborn"] => CtrlC.Stubborn(),
    ["stuck-job"] => Exits.StuckJob(),
    ["starved-pool"] => StarvedPool.Run(),
    _ => throw new ArgumentException($"There is no program '{string.Join(' ', args)}'."),
};
