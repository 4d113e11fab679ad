using AsyncStack.Core.Database;

namespace AsyncStack.Api;

/// <summary><c>AsyncStack.Api migrate …</c>: brings the schema to a version instead of serving.</summary>
internal static class Migrations
{
    public static async Task<int> RunAsync(WebApplicationBuilder builder, IReadOnlyList<string> words)
    {
        builder.AddServiceDefaults();
        // A migration waits for a database that is away; who waits for the schema looks again by himself.
        builder.AddNpgsqlDbContext<AsyncStackContext>("asyncstack", settings => settings.DisableRetry = words is ["wait", ..]);
        await using var app = builder.Build();
        await using var scope = app.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<AsyncStackContext>();
        return await new MigrateCommand(context, Console.Out).RunAsync(words, app.Lifetime.ApplicationStopping);
    }
}
