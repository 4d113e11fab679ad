using System.Net;
using System.Text;
using System.Text.Json;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.Workflows;

/// <summary>Requests about workflows that must be answered well.</summary>
internal static class WorkflowRequests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static string NewName() => $"w{Guid.NewGuid():N}";

    public static async Task<JsonElement> ReadJsonAsync(this ApiFixture api, string path)
    {
        var answer = await api.Client.GetAsync(path, Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}");
        return await answer.JsonAsync();
    }

    public static async Task<HttpResponseMessage> PutWorkflowAsync(this ApiFixture api, string name, string definition) =>
        await api.Client.PutAsync($"/api/v1/workflows/{name}", new StringContent(definition, Encoding.UTF8, "application/json"), Cancel);

    /// <summary>The name of a new workflow.</summary>
    public static async Task<string> MadeWorkflowAsync(this ApiFixture api, string definition)
    {
        var name = NewName();
        var made = await api.PutWorkflowAsync(name, definition);
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(Cancel));
        return name;
    }

    /// <summary>A run of a new workflow.</summary>
    public static async Task<Guid> StartedRunAsync(this ApiFixture api, string definition, string input = "{}") =>
        await api.StartedRunOfAsync(await api.MadeWorkflowAsync(definition), input);

    public static async Task<Guid> StartedRunOfAsync(this ApiFixture api, string workflow, string input = "{}")
    {
        var answer = await api.Client.PostAsync($"/api/v1/workflows/{workflow}/runs", $$"""{"input": {{input}}}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.JsonAsync()).GetProperty("id").GetGuid();
    }
}
