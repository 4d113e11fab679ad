using System.Net;

namespace AsyncStack.Graph.Tests;

public sealed class GrpcTests(RunningGraphFixture graph)
{
    [Theory]
    [InlineData("api")]
    [InlineData("gateway")]
    public async Task Calls_are_answered_with_their_status_past_and_through_the_gateway(string resource)
    {
        using var client = graph.App.CreateHttpClient(resource, "grpc");

        // A message without fields: the flag and a length of nothing.
        Assert.Equal("0", await StatusAsync(client, "/grpc.health.v1.Health/Check", [0, 0, 0, 0, 0]));
        Assert.Equal("3", await StatusAsync(client, "/task.v1.TaskService/ProcessTask", [0, 0, 0, 0, 0]));
        Assert.Equal("12", await StatusAsync(client, "/no.Such/Method", [0, 0, 0, 0, 0]));
    }

    private static async Task<string> StatusAsync(HttpClient client, string path, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/grpc") } },
        };
        request.Headers.TE.Add(new("trailers"));
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var block = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return block.GetValues("grpc-status").Single();
    }
}
