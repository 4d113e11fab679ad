namespace AsyncStack.Api.Workflows;

/// <summary>Registers what the endpoints of workflows use.</summary>
internal static class WorkflowRegistration
{
    public static WebApplicationBuilder AddWorkflows(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WorkflowStore>().AddSingleton<RunIntake>().AddSingleton<WorkflowList>().AddSingleton<RunViews>().AddSingleton<StepJobs>().AddSingleton<RunCommands>();
        builder.Services.AddSingleton<Schedules.ScheduleCommands>();
        builder.Services.AddSingleton<Backfills>().AddSingleton<BackfillViews>().AddSingleton<PoolStore>();
        builder.Services.AddSingleton<RunWatch>().AddSingleton<RunLogs>().AddSingleton<RunStreams>();
        builder.Services.AddHostedService<RunWatchListener>();
        return builder;
    }
}
