using System.Net;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Tests.Running;

namespace AsyncStack.Hosting.Tests.Dashboard;

public sealed class CommandTests
{
    [Fact]
    public async Task Commands_stop_start_and_restart_a_resource()
    {
        await using var dashboard = await DashboardGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle));
        var first = (await dashboard.Graph.ReachesAsync("service", KnownResourceStates.Running)).Replicas[0].ProcessId;
        Assert.Equal(["resource-stop", "resource-restart"], await EnabledAsync(dashboard, "service"));

        Assert.True((await dashboard.CommandAsync("service", "resource-stop")).GetProperty("success").GetBoolean());
        Assert.Equal(KnownResourceStates.Exited, dashboard.Graph.Now("service").State?.Text);
        Assert.Equal(["resource-start"], await EnabledAsync(dashboard, "service"));

        await dashboard.CommandAsync("service", "resource-start");
        var second = (await dashboard.Graph.ReachesAsync("service", KnownResourceStates.Running)).Replicas[0].ProcessId;
        Assert.NotEqual(first, second);

        await dashboard.CommandAsync("service", "resource-restart");
        Assert.NotEqual(second, (await dashboard.Graph.ReachesAsync("service", s => s.State?.Text == KnownResourceStates.Running)).Replicas[0].ProcessId);
    }

    [Theory]
    [InlineData("nobody", "resource-stop", "'nobody'")]
    [InlineData("service", "resource-explode", "'resource-explode'")]
    [InlineData("service", "resource-rebuild", "'resource-rebuild'")]
    public async Task Unknown_resources_and_commands_are_404(string resource, string command, string named)
    {
        await using var dashboard = await DashboardGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle));

        var problem = await dashboard.CommandAsync(resource, command, HttpStatusCode.NotFound);

        Assert.Contains(named, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Own_commands_are_offered_as_they_say_and_run()
    {
        ExecuteCommandContext? ran = null;
        await using var dashboard = await DashboardGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle)
            .WithCommand("reset", "Reset", Run, new CommandOptions { Description = "Empties it.", ConfirmationMessage = "Really?" })
            .WithCommand("later", "Later", Run, new CommandOptions { UpdateState = _ => throw new InvalidOperationException("cannot tell") })
            .WithCommand("never", "Never", Run, new CommandOptions { UpdateState = _ => ResourceCommandState.Hidden })
            .WithCommand("stopped", "Stopped", Run, new CommandOptions
            {
                UpdateState = c => c.ResourceSnapshot.State?.Text == KnownResourceStates.Exited ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
            }));
        await dashboard.Graph.ReachesAsync("service", KnownResourceStates.Running);

        var own = (await dashboard.ResourceAsync("service")).GetProperty("commands").EnumerateArray().Skip(3).ToList();
        Assert.Equal(
            ["""{"name":"reset","displayName":"Reset","description":"Empties it.","confirmation":"Really?","enabled":true}""",
             """{"name":"later","displayName":"Later","description":null,"confirmation":null,"enabled":false}""",
             """{"name":"stopped","displayName":"Stopped","description":null,"confirmation":null,"enabled":false}"""],
            own.Select(c => c.GetRawText()));
        await dashboard.CommandAsync("service", "reset");
        Assert.Equal("service", ran?.ResourceName);
        await dashboard.CommandAsync("service", "later", HttpStatusCode.Conflict);
        await dashboard.CommandAsync("service", "never", HttpStatusCode.NotFound);
        await dashboard.CommandAsync("service", "resource-stop");
        await dashboard.CommandAsync("service", "stopped");

        Task<ExecuteCommandResult> Run(ExecuteCommandContext context)
        {
            ran = context;
            return Task.FromResult(CommandResults.Success());
        }
    }

    [Fact]
    public async Task Own_command_that_fails_or_throws_is_409_with_its_reason()
    {
        await using var dashboard = await DashboardGraph.StartAsync(builder => builder.AddScript("service", Scripts.Idle)
            .WithCommand("fails", "Fails", _ => Task.FromResult(CommandResults.Failure("the tank is empty")))
            .WithCommand("throws", "Throws", _ => throw new InvalidOperationException("the tank is on fire")));

        Assert.Equal("the tank is empty", (await dashboard.CommandAsync("service", "fails", HttpStatusCode.Conflict)).GetProperty("detail").GetString());
        Assert.Equal("the tank is on fire", (await dashboard.CommandAsync("service", "throws", HttpStatusCode.Conflict)).GetProperty("detail").GetString());
    }

    private static async Task<IEnumerable<string?>> EnabledAsync(DashboardGraph dashboard, string resource)
        => (await dashboard.ResourceAsync(resource)).GetProperty("commands").EnumerateArray()
            .Where(c => c.GetProperty("enabled").GetBoolean())
            .Select(c => c.GetProperty("name").GetString());
}
