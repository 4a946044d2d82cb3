using Microsoft.Extensions.Options;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Providers.OpenAI.Calls;

namespace TaskProcessing.Providers;

/// <summary>Asks each endpoint for its models, once.</summary>
internal sealed class EndpointChecks(IOptions<LocalProviderOptions> options, TimeProvider time, ILogger<EndpointChecks> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<ProviderFinding>> RunAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(options.Value.OpenAI.Select(endpoint => LookAsync(endpoint.Key, endpoint.Value, cancellationToken)));

    private async Task<ProviderFinding> LookAsync(string name, OpenAIEndpointOptions settings, CancellationToken cancellationToken)
    {
        using var endpoint = new OpenAIEndpoint(name, settings, time, logger);
        var setting = $"Providers:OpenAI:{name}";
        try
        {
            var found = await endpoint.Client.ListModelsAsync(Patience, cancellationToken);
            var unknown = Configured(settings).Where(model => !found.Contains(model)).Distinct().ToList();
            if (unknown.Count > 0 && found.Count > 0)
                return new ProviderFinding(
                    $"{name} answers, but does not list {string.Join(", ", unknown)}",
                    $"correct the model in {setting}, or have the endpoint get it"
                );

            return ModelList.Of(settings, found).IsEmpty
                ? new ProviderFinding(
                    $"{name} answers, but has no model that is known",
                    $"have the endpoint get one, or name it in {setting}:Model"
                )
                : new ProviderFinding($"{name} answers and has {found.Count} models");
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            var failure = endpoint.Client.Explain(error);
            if (failure.Kind == RefusalKind.Credentials)
                return new ProviderFinding(
                    $"{name} refuses the key: {failure.Message}",
                    $"correct {setting}:Key or {setting}:KeyFile",
                    true
                );

            return failure.IsAbsence
                ? new ProviderFinding($"{name}: {failure.Message}", $"start it, or correct {setting}:BaseAddress", true)
                : new ProviderFinding(
                    $"{name} does not list its models: {failure.Message}",
                    $"if tasks fail, correct {setting}:BaseAddress"
                );
        }
    }

    private static IEnumerable<string> Configured(OpenAIEndpointOptions settings) =>
        new[] { settings.Model, settings.VisionModel, settings.ImageModel, settings.TranscriptionModel, settings.SpeechModel }
            .OfType<string>()
            .Where(model => model.Length > 0);
}
