using System.Net;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Running;
using AsyncStack.Hosting.Tests.Native;
using AsyncStack.Hosting.Tests.Running;

namespace AsyncStack.Hosting.Tests.Dashboard;

public sealed class RebuildTests : IDisposable
{
    private const string Project =
        """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <UseAppHost>false</UseAppHost>
          </PropertyGroup>
        </Project>
        """;

    // The class that describes the project to the graph has no instance to tell it where it lies.
    private static readonly AsyncLocal<string> Folder = new();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rebuild_runs_the_new_code_and_a_failed_build_leaves_what_runs()
    {
        Folder.Value = _folder.Path;
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "Rebuilt.csproj"), Project, TestContext.Current.CancellationToken);
        await using var dashboard = await DashboardGraph.StartAsync(builder => builder.AddProject<Rebuilt>("service").WithExplicitStart());

        await WriteAsync("""System.Console.WriteLine("version 1"); System.Threading.Thread.Sleep(-1);""");
        await dashboard.CommandAsync("service", KnownResourceCommands.RebuildCommand);
        await SaysAsync(dashboard, "version 1");

        await WriteAsync("""System.Console.WriteLine("version 2"); System.Threading.Thread.Sleep(-1);""");
        await dashboard.CommandAsync("service", KnownResourceCommands.RebuildCommand);
        await SaysAsync(dashboard, "version 2");
        var running = (await dashboard.Graph.ReachesAsync("service", KnownResourceStates.Running)).Replicas[0];

        await WriteAsync("this is no program");
        var problem = await dashboard.CommandAsync("service", KnownResourceCommands.RebuildCommand, HttpStatusCode.Conflict);

        Assert.Contains("build of project 'service' failed", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(dashboard.Graph.Output("service"), line => line.Contains("error CS", StringComparison.Ordinal));
        Assert.Equal(running.ProcessId, dashboard.Graph.Now("service").Replicas[0].ProcessId);
        Assert.True(Processes.ProcessTable.IsRunning(running.ProcessId!.Value));
    }

    [Fact]
    public async Task A_second_rebuild_is_refused_while_the_first_is_under_way()
    {
        var programs = new HeldBuild();
        using var builds = new ProjectBuilds(programs, new ResourceLoggerService(TimeProvider.System), new ResourceNotificationService());
        var project = new ProjectResource("service");
        project.Annotations.Add(new ProjectMetadataAnnotation(new Replica.Project()));

        var first = builds.RunAsync(project, TestContext.Current.CancellationToken);
        Assert.True(builds.IsUnderWay("service"));
        var refused = await Assert.ThrowsAsync<DistributedApplicationException>(() => builds.RunAsync(project, TestContext.Current.CancellationToken));
        programs.End();
        await first;

        Assert.Contains("being built already", refused.Message, StringComparison.Ordinal);
        Assert.False(builds.IsUnderWay("service"));
    }

    private Task WriteAsync(string program) => File.WriteAllTextAsync(Path.Combine(_folder.Path, "Program.cs"), program, TestContext.Current.CancellationToken);

    private static Task SaysAsync(DashboardGraph dashboard, string line)
        => Waiting.ForAsync(() => dashboard.Graph.Output("service").Contains(line, StringComparer.Ordinal), $"the service to say '{line}'");

    private sealed class Rebuilt : IProjectMetadata
    {
        public string ProjectPath { get; } = Path.Combine(Folder.Value!, "Rebuilt.csproj");
    }

    /// <summary>A build that ends when told to.</summary>
    private sealed class HeldBuild : Runtime.IProgramRunner, Runtime.IRunningResource
    {
        private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int? ProcessId => null;

        public Task<int> Exited => _exited.Task;

        public void End() => _exited.SetResult(0);

        public Task<Runtime.IRunningResource> StartAsync(Runtime.ProgramStart start, CancellationToken cancellationToken) => Task.FromResult<Runtime.IRunningResource>(this);

        public Task StopAsync(TimeSpan grace, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
