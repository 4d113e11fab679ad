using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard.Telemetry.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting.Dashboard.Resources;

/// <summary>Resources, their environment, commands, usage and consoles.</summary>
internal static class ResourceEndpoints
{
    public static void AddResources(this IServiceCollection services)
    {
        services.AddSingleton<ResourceCommands>();
        services.AddSingleton<ResourceViews>();
        services.AddSingleton<ResourceChanges>();
        services.AddSingleton<EnvironmentView>();
        services.AddSingleton<ConsoleLines>();
        services.AddSingleton<UsageSampler>();
    }

    public static void MapResources(this RouteGroupBuilder api)
    {
        api.MapGet("/resources", (ResourceViews resources) => Results.Json(new ResourceList(resources.All()), ResourceJson.Default.ResourceList));
        api.MapGet("/resources/changes", (HttpContext context, ResourceChanges changes, EventStreams streams) =>
            streams.ServeAsync(context, changes.ServeAsync, CancellationToken.None));
        api.MapPost("/resources/{name}/commands/{command}", RunCommandAsync);
        api.MapGet("/resources/{name}/environment", GetEnvironmentAsync);
        api.MapPost("/resources/{name}/environment/{variable}/reveal", Reveal);
        api.MapGet("/resources/{name}/console", StreamConsoleAsync);
        api.MapGet("/resources/{name}/console.txt", DownloadConsoleAsync);
    }

    private static async Task<IResult> RunCommandAsync(
        string name, string command, HttpContext context, ResourceViews resources, ResourceCommandService commands, IHostApplicationLifetime lifetime)
    {
        if (resources.Find(name) is not { } resource)
            return NoResource(name);
        if (resources.All().First(r => r.Name == resource.Name).Commands.All(c => c.Name != command))
            return TypedResults.Problem($"Resource '{resource.Name}' has no command '{command}'.", statusCode: StatusCodes.Status404NotFound);

        // A page that is closed amid a restart must not leave the resource stopped; the graph's own commands hear of it.
        var isOwn = resource.GetAnnotations<ResourceCommandAnnotation>().Any(c => c.Name == command);
        var result = await commands.ExecuteCommandAsync(resource.Name, command, isOwn ? context.RequestAborted : lifetime.ApplicationStopping);
        return result.Success
            ? Results.Json(new CommandDone(Success: true), ResourceJson.Default.CommandDone)
            : TypedResults.Problem(result.ErrorMessage ?? $"Command '{command}' failed without a reason.", statusCode: StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GetEnvironmentAsync(string name, ResourceViews resources, EnvironmentView environment)
        => resources.Find(name) is { } resource
            ? Results.Json(new VariableList(await environment.OfAsync(resource)), ResourceJson.Default.VariableList)
            : NoResource(name);

    private static IResult Reveal(string name, string variable, ResourceViews resources, EnvironmentView environment)
    {
        if (resources.Find(name) is not { } resource)
            return NoResource(name);
        return environment.Reveal(resource, variable) is { } value
            ? Results.Json(new RevealedValue(value), ResourceJson.Default.RevealedValue)
            : TypedResults.Problem($"Resource '{resource.Name}' was started without a variable '{variable}'.", statusCode: StatusCodes.Status404NotFound);
    }

    private static Task<IResult> StreamConsoleAsync(string name, HttpContext context, ResourceViews resources, ConsoleLines console, EventStreams streams)
    {
        if (resources.Find(name) is not { } resource)
            return Task.FromResult<IResult>(NoResource(name));
        if (ReadTail(context.Request) is not { } tail)
            return Task.FromResult<IResult>(TypedResults.Problem(
                $"tail is '{context.Request.Query["tail"]}'; give a number of lines, 0 to {ResourceLoggerService.Capacity}.", statusCode: StatusCodes.Status400BadRequest));
        return streams.ServeAsync(context, stream => console.ServeAsync(stream, resource.Name, tail), CancellationToken.None);
    }

    private static Task DownloadConsoleAsync(string name, HttpContext context, ResourceViews resources, ConsoleLines console)
    {
        if (resources.Find(name) is not { } resource)
            return NoResource(name).ExecuteAsync(context);
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{resource.Name}.log\"";
        return console.WriteAsync(resource.Name, context.Response.Body, context.RequestAborted);
    }

    private static int? ReadTail(HttpRequest request)
    {
        if (request.Query["tail"] is not [{ Length: > 0 } text])
            return ConsoleLines.DefaultTail;
        return int.TryParse(text, out var tail) && tail is >= 0 and <= ResourceLoggerService.Capacity ? tail : null;
    }

    private static ProblemHttpResult NoResource(string name)
        => TypedResults.Problem($"The graph has no resource '{name}'.", statusCode: StatusCodes.Status404NotFound);
}
