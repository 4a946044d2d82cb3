# Builds the server; its tests run elsewhere.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# What is downloaded changes seldom: a layer of its own.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/Directory.Build.targets src/
COPY src/TaskProcessing.Sdk/TaskProcessing.Sdk.csproj src/TaskProcessing.Sdk/
COPY src/TaskProcessing.Providers/TaskProcessing.Providers.csproj src/TaskProcessing.Providers/
COPY src/TaskProcessing.Server/TaskProcessing.Server.csproj src/TaskProcessing.Server/
RUN dotnet restore src/TaskProcessing.Server --use-current-runtime

# What the program says of itself; "make image" asks git.
ARG VERSION=0.0.0-unknown
COPY LICENSE ./
COPY licences licences
COPY src src
RUN dotnet publish src/TaskProcessing.Server -c Release -p:Version=$VERSION --no-restore --use-current-runtime --no-self-contained -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./

# PROGRAMS=true adds what the server knows how to use: docs/local-providers.md. More languages: more packages.
ARG PROGRAMS=false
ARG PROGRAM_PACKAGES="tesseract-ocr tesseract-ocr-eng tesseract-ocr-deu espeak-ng flite pocketsphinx pocketsphinx-en-us ffmpeg apertium apertium-eng-spa"
RUN if [ "$PROGRAMS" = true ]; then \
        apt-get update && apt-get install -y --no-install-recommends $PROGRAM_PACKAGES && rm -rf /var/lib/apt/lists/*; \
    fi

# The volume takes over the owner of the directory.
RUN mkdir /data && chown "$APP_UID:$APP_UID" /data && chmod 700 /data
USER $APP_UID
VOLUME /data
EXPOSE 8080

# The settings say where to listen; the base image's ports would only cause a warning.
ENV ASPNETCORE_HTTP_PORTS= \
    TASKPROCESSING_Urls=http://0.0.0.0:8080 \
    TASKPROCESSING_DataDirectory=/data

HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 CMD ["/app/taskprocessing", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/taskprocessing"]
CMD ["serve"]
