using AsyncStack.Hosting.Tests.Dashboard.Telemetry;
using AsyncStack.Hosting.Tests.Processes;
using AsyncStack.Hosting.Tests.Running;
using Xunit.Runner.InProc.SystemConsole;

return args switch
{
    [KillableParent.Verb, .. var rest] => await KillableParent.RunAsync(rest),
    [GraphProcess.Verb, .. var rest] => await GraphProcess.RunAsync(rest),
    [StoreLoad.Verb] => StoreLoad.Run(),
    [Replica.Verb, ..] => await Replica.RunAsync(),
    _ => await ConsoleRunner.Run(args),
};
