namespace AsyncStack.Api.Workflows;

/// <summary>Registers what the endpoints of workflows use.</summary>
internal static class WorkflowRegistration
{
    public static WebApplicationBuilder AddWorkflows(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WorkflowStore>().AddSingleton<RunIntake>().AddSingleton<RunViews>().AddSingleton<RunCommands>();
        builder.Services.AddSingleton<Schedules.ScheduleCommands>();
        builder.Services.AddSingleton<Backfills>().AddSingleton<PoolStore>();
        builder.Services.AddSingleton<RunWatch>().AddSingleton<RunLogs>();
        builder.Services.AddHostedService<RunWatchListener>();
        return builder;
    }
}
