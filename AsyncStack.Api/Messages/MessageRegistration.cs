namespace AsyncStack.Api.Messages;

internal static class MessageRegistration
{
    // A message comes in the address: 10,000 characters of up to nine bytes each once they are percent-encoded.
    private const int MaxRequestLine = 96 * 1024;

    public static void AddMessages(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<MessageOptions>()
            .Configure<IConfiguration>((options, configuration) => options.OwnerName = configuration["OWNER_NAME"] ?? options.OwnerName)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<MessageIntake>().AddSingleton<MessageViews>().AddSingleton<SavedMessageList>();
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestLineSize = MaxRequestLine);
    }
}
