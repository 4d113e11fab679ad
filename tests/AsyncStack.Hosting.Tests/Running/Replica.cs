using Microsoft.AspNetCore.Builder;

namespace AsyncStack.Hosting.Tests.Running;

/// <summary>This test program in the role of a service: it answers with its process id, where the graph tells it to listen.</summary>
internal static class Replica
{
    public const string Verb = "as-replica";

    public static async Task<int> RunAsync()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.MapGet("/", () => Environment.ProcessId.ToString());
        await app.RunAsync();
        return 0;
    }

    internal sealed class Project : IProjectMetadata
    {
        public string ProjectPath => Path.Combine(AppContext.BaseDirectory, "Replica.csproj");

        public string TargetPath => typeof(Replica).Assembly.Location;
    }
}
