using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Running;
using AsyncStack.Hosting.Testing;

namespace AsyncStack.Hosting.Tests.Running;

public sealed class DependencyGraphTests
{
    [Fact]
    public void Nobody_is_stopped_before_those_who_use_him()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var database = builder.AddPostgres("postgres").AddDatabase("data");
        var api = builder.AddScript("api", Scripts.Idle).WithReference(database).WithHttpEndpoint();
        builder.AddScript("gateway", Scripts.Idle).WithReference(api.GetEndpoint("http"));

        var order = DependencyGraph.StopOrder([.. builder.Resources]).Select(group => string.Join(' ', group.Select(r => r.Name)));

        Assert.Equal(["gateway", "api", "data", "postgres"], order);
    }

    [Fact]
    public void References_may_go_in_circles()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var one = builder.AddScript("one", Scripts.Idle).WithHttpEndpoint();
        var two = builder.AddScript("two", Scripts.Idle).WithHttpEndpoint().WithReference(one.GetEndpoint("http"));
        one.WithReference(two.GetEndpoint("http"));

        DependencyGraph.Validate([.. builder.Resources]);

        Assert.Equal(2, DependencyGraph.StopOrder([.. builder.Resources]).Sum(group => group.Count));
    }

    [Fact]
    public void Child_waits_for_the_server_it_lives_in()
    {
        using var builder = DistributedApplicationTestingBuilder.Create();
        var server = builder.AddPostgres("postgres");
        var database = server.AddDatabase("data");

        var wait = Assert.Single(DependencyGraph.WaitsOf(database.Resource));

        Assert.Same(server.Resource, wait.Resource);
        Assert.Equal(WaitType.WaitUntilHealthy, wait.WaitType);
    }
}
