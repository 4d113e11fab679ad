using System.Text.Json;
using AsyncStack.Hosting.ApplicationModel;
using AsyncStack.Hosting.Dashboard.Access;
using AsyncStack.Hosting.Dashboard.Otlp;
using AsyncStack.Hosting.Dashboard.Pages;
using AsyncStack.Hosting.Dashboard.Resources;
using AsyncStack.Hosting.Dashboard.Telemetry;
using AsyncStack.Hosting.Dashboard.Telemetry.Sessions;
using AsyncStack.Hosting.Running;
using AsyncStack.Hosting.State;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncStack.Hosting.Dashboard;

/// <summary>What the dashboard's listeners answer.</summary>
internal static class DashboardApplication
{
    /// <summary>Registers what a graph needs of its dashboard, running or not.</summary>
    public static void AddDashboard(this IServiceCollection services)
    {
        services.AddOptions<DashboardOptions>().BindConfiguration(DashboardOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<ProgramTelemetry>();
        services.AddSingleton<LoginLink>();
        services.AddSingleton<DashboardHost>();
        services.AddSingleton<RunningDashboard>();
        services.AddHostedService(s => s.GetRequiredService<DashboardHost>());
    }

    /// <summary>Registers what its web application uses, most of it the graph's own.</summary>
    public static void AddDashboardApplication(this IServiceCollection services, IServiceProvider graph, DashboardPorts ports)
    {
        services.AddRouting();
        services.AddSingleton(ports);
        services.AddSingleton(graph.GetRequiredService<TimeProvider>());
        services.AddSingleton(graph.GetRequiredService<GraphState>());
        services.AddSingleton(graph.GetRequiredService<LoginLink>());
        services.AddSingleton(graph.GetRequiredService<ProgramTelemetry>());
        services.AddSingleton(graph.GetRequiredService<DistributedApplicationModel>());
        services.AddSingleton(graph.GetRequiredService<ResourceNotificationService>());
        services.AddSingleton(graph.GetRequiredService<ResourceLoggerService>());
        services.AddSingleton(graph.GetRequiredService<ResourceCommandService>());
        services.AddSingleton(graph.GetRequiredService<ProjectBuilds>());
        services.AddSingleton(graph.GetRequiredService<StartedEnvironments>());
        services.AddSingleton(graph.GetRequiredService<SecretParameters>());
        services.AddSingleton(new GraphIdentity(graph.GetRequiredService<IHostEnvironment>().ApplicationName, graph.GetRequiredService<TimeProvider>().GetUtcNow()));
        services.AddSingleton<SessionCookie>();
        services.AddResources();
        services.AddSingleton(SessionOf);
        services.AddTelemetryStores(limits => graph.GetRequiredService<IConfiguration>().GetSection($"{DashboardOptions.Section}:Telemetry").Bind(limits));
    }

    private static SessionSource SessionOf(IServiceProvider services)
    {
        var (resources, console) = (services.GetRequiredService<ResourceViews>(), services.GetRequiredService<ConsoleLines>());
        return new SessionSource(
            services.GetRequiredService<GraphIdentity>().Name,
            () => resources.All().Select(r => JsonSerializer.SerializeToElement(r, ResourceJson.Default.ResourceView)),
            () => resources.States().SelectMany(r => console.Of(r.ResourceId).Select(l => new SessionLine(r.ResourceId, l.N, l.At, l.Replica, l.Error, l.Text))));
    }

    public static void Configure(IApplicationBuilder app, DashboardPorts ports)
    {
        // By the port that took the connection: a header could name another listener.
        app.MapWhen(c => c.Connection.LocalPort == ports.Http, ConfigurePages);
        app.MapWhen(c => c.Connection.LocalPort != ports.Http, ConfigureOtlp);
    }

    private static void ConfigureOtlp(IApplicationBuilder app)
    {
        var key = app.ApplicationServices.GetRequiredService<ProgramTelemetry>().ApiKey;
        app.UseRouting();
        app.UseEndpoints(endpoints => endpoints.MapOtlp(new OtlpOptions { ApiKey = key }));
    }

    private static void ConfigurePages(IApplicationBuilder app)
    {
        app.UseSecurityHeaders();
        app.UseOwnAddressOnly();
        app.UseSessions();
        app.UseRouting();
        app.UseEndpoints(endpoints =>
        {
            var api = endpoints.MapGroup("/api");
            api.MapAbout();
            api.MapResources();
            api.MapTelemetry();
            api.MapFallback("{**path}", (HttpContext context) =>
                TypedResults.Problem($"There is no {context.Request.Method} {context.Request.Path}.", statusCode: StatusCodes.Status404NotFound));
        });
        app.UseDashboardPages(DashboardPages.BuiltFolder);
    }
}
