namespace AsyncStack.Api.Stats;

internal static class StatsRegistration
{
    public static void AddStats(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<StatsOptions>()
            .BindConfiguration("Stats")
            .ValidateDataAnnotations()
            .Validate(
                options => options.BrokerMetrics.All(node => node is { IsAbsoluteUri: true, Scheme: "http" or "https" }),
                "Stats:BrokerMetrics holds what is no http or https address. Write each as http://host:15692.")
            .ValidateOnStart();
        builder.Services.AddHttpClient(BrokerMetrics.Client, client => client.MaxResponseContentBufferSize = 16 * 1024 * 1024);
        builder.Services.AddSingleton<QueueCounts>().AddSingleton<BrokerMetrics>().AddSingleton<UnacknowledgedCounts>();
        builder.Services.AddSingleton<RedisCounts>().AddSingleton<DatabaseCounts>().AddSingleton<StatsReader>();
        builder.Services.AddSingleton<DatabaseReadings>().AddSingleton<ServerReadings>().AddSingleton<ServerGauges>();
    }
}
